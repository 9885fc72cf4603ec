import assert from "node:assert/strict";
import { afterEach, describe, test } from "node:test";
import { EndOfStreamError, Pipe, Pool, Process, Queue, TimeoutError } from "../../mod.ts";
import { sendAll } from "./fixtures/pipe_targets.ts";
import { closeUnused, sendOnAndWait, takeThenReturn } from "./fixtures/journey_targets.ts";

const timeout = 60_000;
const now = Date.now;
afterEach(() => void (Date.now = now));

/** Longer than anything is waited for that goes to nobody in particular. */
function anHourPasses(): void {
  Date.now = () => now() + 3_600_000;
}

describe("A handle on its way", () => {
  for (const context of ["worker", "process"] as const) {
    test(`keeps its end open for as long as its task waits (${context})`, { timeout }, async () => {
      await using pool = new Pool({ processes: 1, context });
      const gate = new Queue<string>();
      const before = pool.apply(takeThenReturn, [gate]);
      const [reader, writer] = Pipe(false);
      const sent = pool.apply(sendAll, [writer, ["late"]]);
      writer.close();
      anHourPasses();
      await assert.rejects(reader.recv({ timeout: 50 }), TimeoutError);
      await gate.put("go");
      assert.equal(await before, "go");
      assert.equal(await reader.recv(), "late");
      await sent;
      reader.close();
    });

    test(`keeps its end open for as long as its process starts (${context})`, { timeout }, async () => {
      const [reader, writer] = Pipe(false);
      const child = new Process({ target: sendAll, args: [writer, ["late"]], context });
      child.start();
      writer.close();
      anHourPasses();
      assert.equal(await reader.recv(), "late");
      await assert.rejects(reader.recv(), EndOfStreamError);
      await child.join();
      reader.close();
    });

    test(`is gone with a process that was killed before it took it (${context})`, { timeout }, async () => {
      const [reader, writer] = Pipe(false);
      const child = new Process({ target: sendAll, args: [writer, []], context });
      child.start();
      writer.close();
      child.kill();
      // A handle to nobody in particular would count for longer.
      await assert.rejects(reader.recv({ timeout: 8000 }), EndOfStreamError);
      await child.join();
      reader.close();
    });
  }

  test("is gone with its task where that is cancelled before a worker has begun it", { timeout }, async () => {
    await using pool = new Pool(1);
    const gate = new Queue<string>();
    const before = pool.apply(takeThenReturn, [gate]);
    const [reader, writer] = Pipe(false);
    const result = pool.applyAsync(sendAll, [writer, []]);
    writer.close();
    const end = assert.rejects(reader.recv({ timeout: 8000 }), EndOfStreamError);
    result.cancel();
    await assert.rejects(result.get());
    await gate.put("go");
    await Promise.all([before, end]);
    reader.close();
  });

  test("is gone with its sender where that is killed before it has arrived", { timeout }, async () => {
    const [gate, sent] = [new Queue<string>(), new Queue<string>()];
    const [reader, writer] = Pipe(false);
    const sender = new Process({ target: sendOnAndWait, args: [writer, gate, sent], daemon: false });
    sender.start();
    writer.close();
    assert.equal(await sent.get(), "sent");
    sender.kill();
    await assert.rejects(reader.recv({ timeout: 8000 }), EndOfStreamError);
    await sender.join();
    reader.close();
  });

  test("keeps its end open among many more handles", { timeout }, async () => {
    await using pool = new Pool(1);
    const gate = new Queue<string>();
    const before = pool.apply(takeThenReturn, [gate]);
    const [reader, writer] = Pipe(false);
    const others = Array.from({ length: 50 }, () => pool.apply(closeUnused, [writer]));
    const sent = pool.apply(sendAll, [writer, ["late"]]);
    writer.close();
    anHourPasses();
    await gate.put("go");
    await Promise.all([before, ...others, sent]);
    assert.equal(await reader.recv(), "late");
    reader.close();
  });

  test("is gone with the start of a process that could not be", { timeout }, async () => {
    const [reader, writer] = Pipe(false);
    const child = new Process({ target: sendAll, args: [writer, [() => {}]] });
    assert.throws(() => child.start(), /args\[1\]/);
    writer.close();
    await assert.rejects(reader.recv({ timeout: 8000 }), EndOfStreamError);
    reader.close();
  });

  test("is one, however often a long message with it had to be encoded", { timeout }, async () => {
    await using pool = new Pool(1);
    const [reader, writer] = Pipe(false);
    const closed = pool.apply(closeUnused, [writer, new Uint8Array(1 << 20), { text: "x".repeat(1 << 19) }]);
    writer.close();
    await closed;
    await assert.rejects(reader.recv({ timeout: 8000 }), EndOfStreamError);
    reader.close();
  });
});
