import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ClosedError,
  type Connection,
  EndOfStreamError,
  getContext,
  Pipe,
  Queue,
  TimeoutError,
  wait,
} from "../../mod.ts";
import * as tasks from "./fixtures/message_tasks.ts";
import { type Declare, inEachContext } from "./in_each_context.ts";

const declare: Declare = (title, options, body) => void test(title, options, body);
const blocking = { inline: "a blocking call would block the thread of those whom it waits for" };
const timeout = 60_000;

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

inEachContext(declare, "test_connection: messages of all kinds come back whole", {}, async ({ Pool }) => {
  await using pool = new Pool(1);
  const [here, there] = Pipe();
  const echoing = pool.apply(tasks.echo, [there]);
  for (const message of [[1, 2.25, null], "hello", new Map([[1, new Date(5)]]), "ж".repeat(700_000)]) {
    await here.send(message);
    assert.deepEqual(await here.recv(), message);
  }
  assert.equal(await here.poll(), false);
  here.close();
  there.close();
  assert.equal(await echoing, "EndOfStreamError");
});

inEachContext(declare, "test_connection: bytes, also by the blocking forms", blocking, async ({ Pool }) => {
  await using pool = new Pool(1);
  const [here, there] = Pipe();
  const echoing = pool.apply(tasks.echoBytesSync, [there]);
  there.close();
  await here.sendBytes(new Int32Array([1, 2, 3, 4]));
  const received = new Int32Array(10);
  assert.equal(await here.recvBytesInto(received, 3 * 4), 16);
  assert.deepEqual([...received], [0, 0, 0, 1, 2, 3, 4, 0, 0, 0]);
  const huge = new Uint8Array(5 << 20).map((_, index) => index * 31);
  await here.sendBytes(huge);
  assert.deepEqual((await here.recvBytes()).length, huge.length);
  here.close();
  assert.equal(await echoing, "EndOfStreamError");
});

inEachContext(declare, "test_spawn_close: after what a child sent comes the end of the stream", {}, async (context) => {
  const [here, there] = Pipe();
  const child = new context.Process({ target: tasks.sendEach, args: [there, ["first", "", "last"]] });
  child.start();
  there.close();
  await child.join();
  assert.deepEqual(await tasks.recvAll(here), ["first", "", "last"]);
  const [again, gone] = Pipe();
  gone.close();
  await assert.rejects(again.send("nobody hears it"), ClosedError);
});

inEachContext(declare, "test_boundaries: who polls takes no part of a message", blocking, async ({ Pool }) => {
  await using pool = new Pool(1);
  const [here, there] = Pipe();
  const polled = new Queue<boolean>();
  const polling = pool.apply(tasks.pollUntilReady, [there, polled]);
  assert.equal(await polled.get(), false);
  await here.sendBytes(bytesOf("a long message"));
  assert.equal(await polled.get(), true);
  await polling;
  assert.deepEqual(await there.recvBytes(), bytesOf("a long message"));
});

inEachContext(declare, "test_access: ends go through another pipe and work there", {}, async ({ Pool }) => {
  await using pool = new Pool(1);
  const [here, there] = Pipe();
  const using = pool.apply(tasks.useConnections, [there]);
  there.close();
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
  await using;
});

inEachContext(declare, "An end goes through a queue", {}, async ({ Pool }) => {
  await using pool = new Pool(1);
  const queue = new Queue<Connection>();
  const [reader, writer] = Pipe(false);
  const sending = pool.apply(tasks.sendIntoQueued, [queue]);
  await queue.put(writer);
  writer.close();
  assert.equal(await reader.recv(), "by queue");
  await sending;
  await assert.rejects(reader.recv(), EndOfStreamError);
});

inEachContext(declare, "The end of a child closes its ends, but not the copies of others", {
  inline: "what runs on the program's thread ends with it: see docs/contexts.md",
}, async ({ Process }) => {
  const [here, there] = Pipe();
  const held = new Queue<boolean>();
  const child = new Process({ target: tasks.hold, args: [there, held] });
  child.start();
  await held.get();
  child.terminate();
  await child.join();
  await assert.rejects(here.recv({ timeout: 300 }), TimeoutError);
  there.close();
  await assert.rejects(here.recv(), EndOfStreamError);
});

inEachContext(declare, "A child that sends much waits until it is read", {}, async ({ Pool }) => {
  await using pool = new Pool(1);
  const [here, there] = Pipe();
  const tried = new Queue<string>();
  const sending = pool.apply(tasks.sendMuch, [there, tried]);
  assert.equal(await tried.get(), "TimeoutError");
  assert.equal((await here.recvBytes()).length, 1 << 20);
  assert.equal(await here.recv(), "last");
  await sending;
});

inEachContext(declare, "test_wait: the messages of several children, until each has ended", {}, async (context) => {
  await using pool = new context.Pool(2);
  const readers: Connection[] = [];
  const sending: Promise<void>[] = [];
  for (let child = 0; child < 3; child++) {
    const [reader, writer] = Pipe(false);
    sending.push(pool.apply(tasks.sendEach, [writer, Array.from({ length: 10 }, (_, i) => 10 * child + i)]));
    writer.close();
    readers.push(reader);
  }
  const messages: number[] = [];
  while (readers.length > 0) {
    for (const reader of await wait(readers)) {
      try {
        messages.push(await reader.recv() as number);
      } catch (error) {
        assert.ok(error instanceof EndOfStreamError);
        readers.splice(readers.indexOf(reader), 1);
      }
    }
  }
  assert.deepEqual(messages.sort((a, b) => a - b), Array.from({ length: 30 }, (_, i) => i));
  await Promise.all(sending);
});

inEachContext(declare, "wait works in a child, over what it was given and what is its own", {}, async ({ Pool }) => {
  await using pool = new Pool(1);
  const [queue, asked] = [new Queue<string>(), new Queue<boolean>()];
  const [here, there] = Pipe();
  const waiting = pool.apply(tasks.waitForOne, [queue, there, asked]);
  await asked.get();
  await queue.put("come");
  assert.deepEqual(await waiting, [[], [0], "come"]);
  here.close();
});

test("A thread that a process of the operating system ends gives up its waits and its ends", {
  timeout,
  skip: "Deno" in globalThis &&
    "Deno does not tell when a worker that was terminated has ended: https://github.com/denoland/deno/pull/35657",
}, async () => {
  await using pool = new (getContext("process").Pool)(1);
  const [queue, go] = [new Queue<string>(), new Queue<boolean>()];
  const [here, there] = Pipe();
  const ending = pool.apply(tasks.endThreadThatWaits, [queue, there, go]);
  there.close();
  assert.equal(await here.recv(), "begun");
  await go.put(true);
  assert.equal(await ending, true);
  await assert.rejects(here.recv(), EndOfStreamError);
  await queue.put("for none of the dead");
  assert.equal(await queue.get(), "for none of the dead");
});

test("A process of the operating system that has ended a thread uses queues which it gets after that", {
  timeout,
}, async () => {
  await using pool = new (getContext("process").Pool)(1);
  assert.equal(await pool.apply(tasks.endThread), true);
  const queue = new Queue<string>();
  await queue.put("still here");
  assert.equal(await pool.apply(tasks.getNext, [queue]), "still here");
});
