import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ClosedError, type Connection, EndOfStreamError, Pipe, Pool, Process, Queue, wait } from "../../mod.ts";
import * as targets from "./fixtures/pipe_targets.ts";

const timeout = 60_000;

describe("TestWait", () => {
  test("test_wait, test_wait_slow: the messages of four children, until each has ended", { timeout }, async () => {
    const readers: Connection[] = [];
    const children: Process[] = [];
    for (let child = 0; child < 4; child++) {
      const [reader, writer] = Pipe(false);
      const args = [writer, Array.from({ length: 10 }, (_, index) => [index, child])] as never;
      const process = new Process({ target: targets.sendAll, args });
      process.start();
      writer.close();
      readers.push(reader);
      children.push(process as Process);
    }
    const messages: [number, number][] = [];
    while (readers.length > 0) {
      for (const reader of await wait(readers)) {
        try {
          messages.push(await reader.recv() as [number, number]);
        } catch (error) {
          assert.ok(error instanceof EndOfStreamError);
          readers.splice(readers.indexOf(reader), 1);
          reader.close();
        }
      }
    }
    const expected = [0, 1, 2, 3].flatMap((child) => Array.from({ length: 10 }, (_, index) => `${child}:${index}`));
    assert.deepEqual(messages.map(([index, child]) => `${child}:${index}`).sort(), expected.sort());
    for (const child of children) await child.join();
  });

  test("test_wait_timeout: none in time, then the one that has something", { timeout }, async () => {
    const [a, b] = Pipe();
    const start = performance.now();
    assert.deepEqual(await wait([a, b], 100), []);
    assert.ok(performance.now() - start >= 95);
    await b.send(null);
    assert.deepEqual(await wait([a, b], 20_000), [a]);
    const waiting = wait([b]);
    await a.send(1);
    assert.deepEqual(await waiting, [b]);
    a.close();
  });

  test("test_neg_timeout: one look", { timeout }, async () => {
    const [a, b] = Pipe();
    assert.deepEqual(await wait([a, b], -1), []);
    await a.send(1);
    assert.deepEqual(await wait([a, b], -1), [b]);
    a.close();
  });

  test("processes, queues and connections are waited for together, in their order", { timeout }, async () => {
    const queue = new Queue<number>();
    const [here, there] = Pipe();
    const child = new Process({ target: targets.sendAll, args: [there, [1]] });
    child.start();
    there.close();
    assert.deepEqual(await wait([queue], 0), []);
    await child.join();
    await queue.put(1);
    assert.deepEqual(await wait([queue, here, child]), [queue, here, child]);
  });

  test("a result is ready when it has come", { timeout }, async () => {
    const pool = new Pool(1);
    const [a, b] = Pipe();
    const result = pool.applyAsync((x: number) => 2 * x, [21]);
    assert.deepEqual((await wait([a, result])).map((ready) => ready === result), [true]);
    assert.equal(await result, 42);
    b.close();
    await pool.terminate();
  });

  test("what cannot be waited for is refused; a signal ends the wait", { timeout }, async () => {
    await assert.rejects(wait([{}] as never), TypeError);
    const [a, b] = Pipe();
    await assert.rejects(wait([a], NaN), RangeError);
    const controller = new AbortController();
    const waiting = assert.rejects(wait([a, b], { signal: controller.signal }), /enough/);
    controller.abort(new Error("enough"));
    await waiting;
    b.close();
    a.close();
    await assert.rejects(wait([a]), ClosedError);
  });
});
