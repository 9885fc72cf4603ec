import assert from "node:assert/strict";
import { test } from "node:test";
import { inPlaceTaskOf, markedTask, markInPlace, markTask, taskReferenceOf } from "../../src/core/task_reference.ts";

const timeout = 10_000;

test("A marked function carries its reference and is found by an equal one", { timeout }, () => {
  const double = (x: number): number => 2 * x;
  const reference = { url: "file:///module.ts", name: "double" };
  assert.equal(taskReferenceOf(double), undefined);
  assert.equal(markTask(double, reference), double);
  assert.deepEqual(taskReferenceOf(double), reference);
  assert.equal(markedTask({ ...reference }), double);
  assert.deepEqual(Object.keys(double), []);
});

test("Neither module nor name alone finds a function", { timeout }, () => {
  markTask(() => 1, { url: "file:///a.ts", name: "f" });
  assert.equal(markedTask({ url: "file:///b.ts", name: "f" }), undefined);
  assert.equal(markedTask({ url: "file:///a.ts", name: "g" }), undefined);
});

test("The last function that was marked with a reference is the one found", { timeout }, () => {
  const reference = { url: "file:///again.ts", name: "f" };
  const [first, second] = [(): number => 1, (): number => 2];
  markTask(first, reference);
  markTask(second, reference);
  assert.equal(markedTask(reference), second);
});

test("What is no marked function has no reference and no in-place task", { timeout }, () => {
  for (const value of [undefined, null, 1, "f", {}, () => {}]) {
    assert.equal(taskReferenceOf(value), undefined);
    assert.equal(inPlaceTaskOf(value), undefined);
  }
});

test("A kernel leads to its in-place task", { timeout }, () => {
  const kernel = (x: number): number => x;
  const inPlace = (): void => {};
  assert.equal(markInPlace(kernel, inPlace), kernel);
  assert.equal(inPlaceTaskOf(kernel), inPlace);
});
