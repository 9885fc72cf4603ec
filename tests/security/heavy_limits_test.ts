import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import process from "node:process";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Listener, Pipe, Pool, Queue } from "../../mod.ts";
import { lengthOf, putParts, sendParts } from "./fixtures/limit_tasks.ts";

const timeout = 600_000;
/** They take gigabytes and minutes. */
const skip = process.env["MANYHANDS_HEAVY"] === "1" ? false : "set MANYHANDS_HEAVY=1";

describe("Heavy limits", () => {
  test("10 million items go through map, and through imap", { timeout, skip }, async () => {
    const count = 10_000_000;
    const pool = new Pool(2);
    const isRight = (results: readonly number[]): boolean =>
      results.length === count && results.every((result, index) => result === index + 1);
    const increment = (x: number): number => x + 1;
    assert.ok(isRight(await pool.map(increment, Array.from({ length: count }, (_, index) => index))));
    let next = 1;
    const items = (function* () {
      for (let index = 0; index < count; index++) yield index;
    })();
    for await (const result of pool.imap(increment, items, { chunksize: 256 })) assert.equal(result, next++);
    assert.equal(next, count + 1);
    await pool.terminate();
  });

  // In a program of its own: what a test runner hangs on each promise would fill the heap.
  test("10 million calls wait at one time", { timeout, skip }, async () => {
    const program = fileURLToPath(new URL("./fixtures/waiting_calls.ts", import.meta.url));
    const flags = "Deno" in globalThis ? ["run", "-A", "--no-check"] : [];
    const { stdout } = await promisify(execFile)(process.execPath, [...flags, program, "10000000"]);
    assert.equal(stdout, "10000000\n");
  });

  for (const context of ["worker", "process"] as const) {
    test(`512 MiB go as one argument (${context})`, { timeout, skip }, async () => {
      const pool = new Pool({ processes: 1, context });
      assert.equal(await pool.apply(lengthOf, [new Uint8Array(2 ** 29)]), 2 ** 29);
      await pool.terminate();
    });
  }

  test("512 MiB go as one item of a queue", { timeout, skip }, async () => {
    const queue = new Queue<Uint8Array>();
    const bytes = new Uint8Array(2 ** 29);
    bytes[2 ** 29 - 1] = 7;
    const [item] = await Promise.all([queue.get(), queue.put(bytes)]);
    assert.deepEqual([item.length, item[2 ** 29 - 1]], [2 ** 29, 7]);
  });

  describe("5 GiB go in messages of 4 MiB, and memory grows by less than 200 MiB after the first 50", () => {
    const [count, size] = [1280, 2 ** 22];

    /** Receives all messages, and looks at both ends of each and at the memory. */
    const receiveAll = async (receive: () => Promise<Uint8Array>): Promise<void> => {
      let before = 0;
      for (let number = 0; number < count; number++) {
        const part = await receive();
        assert.deepEqual([part.length, part[0], part[size - 1]], [size, number % 256, number % 256]);
        // The first of them make the heap as large as it stays.
        if (number === 50) before = process.memoryUsage().rss;
      }
      assert.ok(process.memoryUsage().rss < before + 200 * 2 ** 20);
    };

    test("through a pipe to a thread", { timeout, skip }, async () => {
      const pool = new Pool({ processes: 1, context: "worker" });
      const [reader, writer] = Pipe(false);
      const sent = pool.apply(sendParts, [writer, count, size]);
      await receiveAll(() => reader.recvBytes());
      await sent;
      for (const end of [reader, writer]) end.close();
      await pool.terminate();
    });

    for (const context of ["worker", "process"] as const) {
      test(`through a queue (${context})`, { timeout, skip }, async () => {
        const pool = new Pool({ processes: 1, context });
        const queue = new Queue<Uint8Array>(4);
        const sent = pool.apply(putParts, [queue, count, size]);
        await receiveAll(() => queue.get());
        await sent;
        await pool.terminate();
      });
    }

    test("through a socket from a process of the operating system", { timeout, skip }, async () => {
      const pool = new Pool({ processes: 1, context: "process" });
      const listener = await new Listener("127.0.0.1:0").ready();
      const sent = pool.apply(sendParts, [listener.address, count, size]);
      const accepted = await listener.accept();
      await receiveAll(() => accepted.recvBytes());
      await sent;
      accepted.close();
      await listener.close();
      await pool.terminate();
    });
  });
});
