import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { ByteFeed } from "../../src/text/byte_feed.ts";

const timeout = 30_000;

async function* pieces(list: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  for (const piece of list) {
    await Promise.resolve();
    yield piece;
  }
}

describe("ByteFeed", () => {
  test("hands out every byte once and in order, in any amounts, with some given back", { timeout }, async () => {
    const piece = fc.uint8Array({ maxLength: 12 });
    const step = fc.record({ room: fc.integer({ min: 1, max: 15 }), back: fc.integer({ min: 0, max: 15 }) });
    await fc.assert(fc.asyncProperty(
      fc.array(piece, { maxLength: 10 }),
      fc.array(step, { minLength: 1, maxLength: 8 }),
      async (list, steps) => {
        const feed = new ByteFeed(pieces(list));
        const got: number[] = [];
        for (let turn = 0; !feed.ended; turn++) {
          const { room, back } = steps[turn % steps.length]!;
          const target = new Uint8Array(room);
          const end = await feed.fill(() => target, 0, () => false);
          const kept = Math.max(Math.min(1, end), end - back);
          got.push(...target.subarray(0, kept));
          feed.giveBack(target.slice(kept, end));
        }
        assert.deepEqual(got, list.flatMap((bytes) => [...bytes]));
      },
    ));
  });

  test("fill() gives less where that is enough", { timeout }, async () => {
    let release!: () => void;
    const gate = new Promise<void>((resolve) => release = resolve);
    const feed = new ByteFeed((async function* () {
      yield Uint8Array.of(1, 2);
      await gate;
      yield Uint8Array.of(3);
    })());
    const target = new Uint8Array(10);
    assert.equal(await feed.fill(() => target, 0, (end) => end > 0), 2);
    const more = feed.fill(() => target, 2, () => false);
    release();
    assert.equal(await more, 3);
    assert.equal(feed.ended, true);
    assert.deepEqual([...target.subarray(0, 3)], [1, 2, 3]);
  });

  test("takes pieces that are good only until the next one", { timeout }, async () => {
    const feed = new ByteFeed((async function* () {
      const memory = new Uint8Array(3);
      for (let value = 1; value <= 3; value++) yield memory.fill(value);
    })());
    const target = new Uint8Array(1);
    await feed.fill(() => target, 0, () => false);
    assert.deepEqual([...(await feed.peek(1))!], [2, 2, 2]);
    assert.deepEqual([...(await feed.peek(2))!], [3, 3, 3]);
    assert.equal(await feed.peek(3), undefined);
    const rest = new Uint8Array(8);
    await feed.fill(() => rest, 0, () => false);
    assert.deepEqual([...target, ...rest], [1, 1, 1, 2, 2, 2, 3, 3, 3]);
  });

  test("cancel() rejects a wait and tells the source", { timeout }, async () => {
    let told = false;
    const feed = new ByteFeed({
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise<never>(() => {}),
        return: () => {
          told = true;
          return Promise.resolve({ done: true as const, value: undefined });
        },
      }),
    });
    const waiting = feed.fill(() => new Uint8Array(1), 0, () => false);
    const rejected = assert.rejects(waiting, /stop it/);
    await Promise.resolve();
    await feed.cancel(new Error("stop it"));
    await rejected;
    assert.equal(told, true);
    await assert.rejects(feed.fill(() => new Uint8Array(1), 0, () => false), /stop it/);
  });

  test("fill() refuses pieces that are no bytes", { timeout }, async () => {
    const feed = new ByteFeed(pieces(["text"] as unknown as Uint8Array[]));
    await assert.rejects(
      feed.fill(() => new Uint8Array(4), 0, () => false),
      /expected pieces of type Uint8Array, found string/,
    );
  });
});
