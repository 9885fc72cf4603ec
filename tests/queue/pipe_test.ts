import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import {
  BufferTooShortError,
  ClosedError,
  type Connection,
  EndOfStreamError,
  Event,
  type ManyhandsError,
  Pipe,
  Pool,
  Process,
  Queue,
  SharedValue,
  TaskEncodingError,
  TimeoutError,
  WorkerLostError,
} from "../../mod.ts";
import { accounting } from "../../src/memory/allocator.ts";
import { makeAndExit } from "./fixtures/pipe_makers.ts";
import * as targets from "./fixtures/pipe_targets.ts";

const timeout = 60_000;

/** A started child that has one end of a new pipe, and the other end. */
function startWithPipe(target: (connection: Connection, ...rest: never[]) => unknown, ...rest: unknown[]) {
  const [here, there] = Pipe();
  const child = new Process({ target: target as () => unknown, args: [there, ...rest] as never });
  child.start();
  there.close();
  return { child, here };
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

describe("_TestConnection", () => {
  for (const target of [targets.echo, targets.echoSync]) {
    test(`test_connection: messages of all kinds come back whole from ${target.name}`, { timeout }, async () => {
      const { child, here } = startWithPipe(target);
      await here.send([1, 2.25, null]);
      assert.deepEqual(await here.recv(), [1, 2.25, null]);
      await here.sendBytes(bytes("hello"));
      assert.equal(text(await here.recvBytes()), "hello");

      const sent = new Int32Array([1, 2, 3, 4]);
      const received = new Int32Array(10);
      await here.sendBytes(sent);
      assert.equal(await here.recvBytesInto(received), 16);
      assert.deepEqual([...received], [1, 2, 3, 4, 0, 0, 0, 0, 0, 0]);
      received.fill(0);
      await here.sendBytes(sent);
      assert.equal(await here.recvBytesInto(received, 3 * 4), 16);
      assert.deepEqual([...received], [0, 0, 0, 1, 2, 3, 4, 0, 0, 0]);

      const long = bytes("x".repeat(110));
      await here.sendBytes(long);
      await assert.rejects(here.recvBytesInto(new Uint8Array(40)), (error) => {
        assert.ok(error instanceof BufferTooShortError);
        assert.deepEqual(error.data, long);
        return true;
      });

      assert.equal(await here.poll(), false);
      assert.equal(await here.poll(-1), false);
      const start = performance.now();
      assert.equal(await here.poll(100), false);
      assert.ok(performance.now() - start >= 95);
      await here.send("there");
      assert.equal(await here.poll(60_000), true);
      assert.equal(await here.recv(), "there");

      const huge = new Uint8Array(16 << 20).map((_, index) => index * 31);
      await here.sendBytes(huge);
      assert.equal(Buffer.compare(await here.recvBytes(), huge), 0);

      here.close();
      assert.equal(await child.join(), true);
      assert.equal(child.exitCode, 0);
    });
  }

  test("test_connection: after the child's end both recv and recvBytes find the end of the stream", {
    timeout,
  }, async () => {
    const { child, here } = startWithPipe(targets.sendAll, ["first", "last"]);
    await child.join();
    assert.equal(await here.recv(), "first");
    assert.equal(await here.recv(), "last");
    assert.equal(await here.poll(), true);
    await assert.rejects(here.recv(), EndOfStreamError);
    await assert.rejects(here.recvBytes(), EndOfStreamError);
    assert.throws(() => here.recvSync(), EndOfStreamError);
    await assert.rejects(here.send("nobody hears it"), ClosedError);
    here.close();
  });

  test("test_duplex_false: one end only receives, the other only sends", { timeout }, async () => {
    const [reader, writer] = Pipe(false);
    await writer.send(1);
    assert.equal(await reader.recv(), 1);
    assert.deepEqual([reader.readable, reader.writable], [true, false]);
    assert.deepEqual([writer.readable, writer.writable], [false, true]);
    await assert.rejects(reader.send(2), ClosedError);
    await assert.rejects(writer.recv(), ClosedError);
    await assert.rejects(writer.poll(), ClosedError);
    assert.throws(() => writer.recvSync(), ClosedError);
    reader.close();
    writer.close();
  });

  test(
    "test_spawn_close: the parent may close its copy of the child's end right after start",
    { timeout },
    async () => {
      const { child, here } = startWithPipe(targets.echo);
      await here.sendBytes(bytes("hello"));
      assert.equal(text(await here.recvBytes()), "hello");
      here.close();
      await child.join();
      assert.equal(child.exitCode, 0);
    },
  );

  test("test_context: the end of a scope closes both ends", { timeout }, async () => {
    const [first, second] = Pipe();
    {
      using a = first, b = second;
      await a.send("x");
      assert.equal(await b.recv(), "x");
      assert.deepEqual([a.closed, b.closed], [false, false]);
    }
    assert.deepEqual([first.closed, second.closed], [true, true]);
    await assert.rejects(second.recv(), ClosedError);
    await assert.rejects(first.send(1), ClosedError);
    first.close();
  });

  test("recvBytes refuses a message longer than asked for and closes; parts that are not there are a RangeError", {
    timeout,
  }, async () => {
    const [a, b] = Pipe();
    await assert.rejects(a.sendBytes(new Uint8Array(3), 4), RangeError);
    await assert.rejects(a.sendBytes(new Uint8Array(3), 1, 3), RangeError);
    await assert.rejects(a.sendBytes(new Uint8Array(3), -1), RangeError);
    await assert.rejects(a.sendBytes("abc" as never), TypeError);
    assert.throws(() => a.sendBytesSync(3 as never), TypeError);
    await assert.rejects(b.recvBytes(-1), RangeError);
    await assert.rejects(b.recvBytesInto(new Uint8Array(3), 4), RangeError);
    await a.sendBytes(bytes("abcdef"), 2, 3);
    assert.equal(text(await b.recvBytes(3)), "cde");
    await a.sendBytes(bytes("abcdef"), 2);
    await assert.rejects(b.recvBytes(3), (error) => (error as ManyhandsError).code === "ERR_MESSAGE_TOO_LONG");
    assert.equal(b.closed, true);
    a.close();
  });
});

describe("_TestPoll", () => {
  test("test_empty_string: an empty message makes poll true, as often as it is asked", { timeout }, async () => {
    const [a, b] = Pipe();
    assert.equal(await a.poll(), false);
    await b.sendBytes(new Uint8Array(0));
    assert.equal(await a.poll(), true);
    assert.equal(a.pollSync(), true);
    assert.equal((await a.recvBytes()).length, 0);
    assert.equal(await a.poll(), false);
    b.close();
  });

  test("test_strings: messages, empty ones too, keep their order", { timeout }, async () => {
    const strings = ["hello", "", "a", "b", "", "bye", "", "lop"];
    const { child, here } = startWithPipe(targets.sendStrings, strings);
    for (const expected of strings) {
      assert.equal(await here.poll(60_000), true);
      assert.equal(text(await here.recvBytes()), expected);
    }
    await child.join();
  });

  test("test_boundaries: who polls takes no part of a message", { timeout }, async () => {
    const [here, there] = Pipe();
    const polling = new Event();
    const child = new Process({ target: targets.pollUntilReady, args: [there, polling] });
    child.start();
    await polling.wait();
    await here.sendBytes(bytes("a long message"));
    await child.join();
    assert.equal(child.exitCode, 0);
    assert.equal(text(await there.recvBytes()), "a long message");
  });

  test("test_dont_merge: three messages stay three", { timeout }, async () => {
    const { child, here } = startWithPipe(targets.sendStrings, ["a", "b", "cd"]);
    await child.join();
    for (const expected of ["a", "b", "cd"]) assert.equal(text(await here.recvBytes()), expected);
    await assert.rejects(here.recvBytes(), EndOfStreamError);
  });
});

describe("_TestPicklingConnections", () => {
  test("test_access: an end goes through another pipe and works there", { timeout }, async () => {
    const { child, here } = startWithPipe(targets.useConnections);
    const [reader, writer] = Pipe(false);
    await here.send(writer);
    writer.close();
    assert.equal(await reader.recv(), "all is well");
    await assert.rejects(reader.recv(), EndOfStreamError);
    const [reader2, writer2] = Pipe(false);
    await here.send(reader2);
    reader2.close();
    await writer2.send("foobar");
    assert.equal(await here.recv(), "foobarfoobar");
    await child.join();
    assert.equal(child.exitCode, 0);
  });

  test("an end goes through a queue, also of the same process", { timeout }, async () => {
    const queue = new Queue<Connection>();
    const [reader, writer] = Pipe(false);
    await queue.put(writer);
    const again = await queue.get();
    await again.send("here");
    assert.equal(await reader.recv(), "here");
    again.close();
    const child = new Process({ target: targets.sendIntoQueued, args: [queue] });
    child.start();
    await queue.put(writer);
    writer.close();
    assert.equal(await reader.recv(), "by queue");
    await assert.rejects(reader.recv(), EndOfStreamError);
    await child.join();
  });

  test("an end may be sent through its own pipe", { timeout }, async () => {
    const [a, b] = Pipe();
    await a.send(a);
    const twin = await b.recv() as Connection;
    a.close();
    await twin.send("still open");
    assert.equal(await b.recv(), "still open");
    twin.close();
    await assert.rejects(b.recv(), EndOfStreamError);
  });
});

describe("Connection", () => {
  test("the end of a child closes its ends, but not the copies of others", { timeout }, async () => {
    const [here, there] = Pipe();
    const held = new Event();
    const child = new Process({ target: targets.hold, args: [there, held] });
    child.start();
    await held.wait();
    child.terminate();
    await child.join();
    await assert.rejects(here.recv({ timeout: 300 }), TimeoutError);
    there.close();
    await assert.rejects(here.recv(), EndOfStreamError);
  });

  test("closing an end wakes those that wait at the other one", { timeout }, async () => {
    const [a, b] = Pipe();
    const waiting = assert.rejects(b.recv(), EndOfStreamError);
    const polling = b.poll(Infinity);
    a.close();
    await waiting;
    assert.equal(await polling, true);
  });

  test("closing the end at which one waits ends the wait", { timeout }, async () => {
    const [a, b] = Pipe();
    const waiting = assert.rejects(b.recv(), ClosedError);
    b.close();
    await waiting;
    a.close();
  });

  test("waits end by their time limit or signal and take nothing", { timeout }, async () => {
    const [a, b] = Pipe();
    const start = performance.now();
    await assert.rejects(b.recv({ timeout: 100 }), TimeoutError);
    assert.ok(performance.now() - start >= 95);
    assert.throws(() => b.recvSync(10), TimeoutError);
    const controller = new AbortController();
    const waiting = assert.rejects(b.recv({ signal: controller.signal }), /enough/);
    controller.abort(new Error("enough"));
    await waiting;
    await a.send("kept");
    await assert.rejects(b.recv({ signal: controller.signal }), /enough/);
    assert.equal(await b.recv(), "kept");
    a.close();
  });

  test("a sender waits while much lies unread, and goes on when it is read", { timeout }, async () => {
    const [a, b] = Pipe();
    const part = new Uint8Array(1 << 20);
    await a.sendBytes(part);
    await assert.rejects(a.sendBytes(part, 0, undefined, { timeout: 50 }), TimeoutError);
    assert.throws(() => a.sendSync("x", 10), TimeoutError);
    const waiting = a.send("last");
    assert.equal((await b.recvBytes()).length, part.length);
    await waiting;
    assert.equal(await b.recv(), "last");
  });

  test("a message that cannot be copied is refused alone, with the path to the bad part", { timeout }, async () => {
    const [a, b] = Pipe();
    await assert.rejects(a.send({ handlers: { onClick: () => {} } }), (error) => {
      assert.ok(error instanceof TaskEncodingError);
      assert.equal(error.path, "message.handlers.onClick");
      return true;
    });
    await a.send(1);
    assert.equal(await b.recv(), 1);
  });

  test("what lives in shared memory is the same on both sides", { timeout }, async () => {
    const [a, b] = Pipe();
    const value = new SharedValue("i", 1);
    await a.send([value, value]);
    const [first] = await b.recv() as SharedValue<"i">[];
    first!.value = 7;
    assert.equal(value.value, 7);
  });

  test("any values in any order come out as they went in", { timeout }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.anything({ maxDepth: 2, withDate: true, withMap: true })), async (values) => {
        const [a, b] = Pipe();
        for (const value of values) await a.send(value);
        for (const value of values) assert.deepEqual(await b.recv(), structuredClone(value));
        a.close();
        await assert.rejects(b.recv(), EndOfStreamError);
        b.close();
      }),
      { numRuns: 50 },
    );
  });

  test("a pipe whose last handles were those of a killed worker is freed by the next one", { timeout }, async () => {
    await using pool = new Pool(1);
    const loseOne = (): Promise<void> => assert.rejects(pool.apply(makeAndExit), WorkerLostError);
    const rounds = 8;
    await loseOne();
    const before = accounting().blocks;
    for (let round = 0; round < rounds; round++) await loseOne();
    // A new worker may have its own blocks already or not yet.
    assert.ok(accounting().blocks < before + rounds / 2, `${accounting().blocks} blocks after ${before}`);
  });
});
