import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Deque } from "../../src/pool/deque.ts";

const timeout = 30_000;

type Step = { push: number } | { unshift: number } | "shift" | "pop" | "clear";

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ push: fc.nat() }) },
  { weight: 4, arbitrary: fc.record({ unshift: fc.nat() }) },
  { weight: 4, arbitrary: fc.constantFrom<Step>("shift", "pop") },
  { weight: 1, arbitrary: fc.constant<Step>("clear") },
);

/** Does the step to the deque and to an array, and gives what each answered. */
function take(step: Step, deque: Deque<number>, model: number[]): [number | undefined, number | undefined] {
  if (step === "shift") return [deque.shift(), model.shift()];
  if (step === "pop") return [deque.pop(), model.pop()];
  if (step === "clear") {
    deque.clear();
    model.length = 0;
  } else if ("push" in step) {
    deque.push(step.push);
    model.push(step.push);
  } else {
    deque.unshift(step.unshift);
    model.unshift(step.unshift);
  }
  return [undefined, undefined];
}

test("A deque does what an array does, whatever the order of operations", { timeout }, () => {
  fc.assert(fc.property(fc.array(step, { maxLength: 300, size: "max" }), (steps) => {
    const deque = new Deque<number>();
    const model: number[] = [];
    for (const each of steps) {
      const [found, expected] = take(each, deque, model);
      assert.equal(found, expected);
      assert.equal(deque.length, model.length);
      assert.equal(deque.peek(), model[0]);
    }
    assert.deepEqual(deque.toArray(), model);
    assert.deepEqual(Array.from({ length: model.length + 1 }, (_, i) => deque.at(i)), [...model, undefined]);
  }));
});

test("A deque keeps its order while it grows around its end", { timeout }, () => {
  const deque = new Deque<number>();
  for (let i = 0; i < 10; i++) deque.push(i);
  for (let i = 0; i < 10; i++) assert.equal(deque.shift(), i);
  for (let i = 0; i < 1000; i++) deque.push(i);
  assert.deepEqual(deque.toArray(), Array.from({ length: 1000 }, (_, i) => i));
});
