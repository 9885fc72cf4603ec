import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { WriteTurns } from "../../src/text/write_turns.ts";

const timeout = 10_000;

/** Lets every promise that can settle do so. */
function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

describe("WriteTurns", () => {
  test("in order: a turn comes when all before it have ended", { timeout }, async () => {
    const turns = new WriteTurns(true);
    const [first, second, third] = [turns.next(), turns.next(), turns.next()];
    const order: string[] = [];
    third.ready().then(() => order.push("third"));
    second.ready().then(() => order.push("second"));
    first.ready().then(() => order.push("first"));
    await settle();
    assert.deepEqual(order, ["first"]);
    second.end();
    await settle();
    assert.deepEqual(order, ["first"]);
    first.end();
    await settle();
    assert.deepEqual(order, ["first", "second", "third"]);
  });

  test("as they are ready: who asks first writes first, and alone", { timeout }, async () => {
    const turns = new WriteTurns(false);
    const [first, second] = [turns.next(), turns.next()];
    const order: string[] = [];
    second.ready().then(() => order.push("second"));
    first.ready().then(() => order.push("first"));
    await settle();
    assert.deepEqual(order, ["second"]);
    second.end();
    await settle();
    assert.deepEqual(order, ["second", "first"]);
  });

  test("as they are ready: one that never asks holds up nobody", { timeout }, async () => {
    const turns = new WriteTurns(false);
    turns.next().end();
    await turns.next().ready();
  });
});
