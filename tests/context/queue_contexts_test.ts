import assert from "node:assert/strict";
import { test } from "node:test";
import {
  getContext,
  JoinableQueue,
  Queue,
  QueueEmptyError,
  ShutDownError,
  SimpleQueue,
  TaskEncodingError,
} from "../../mod.ts";
import { putTwoAndPassOn } from "../conformance/fixtures/queue_tasks.ts";
import { putBoth, useShutDown } from "../queue/fixtures/queue_targets.ts";
import * as tasks from "./fixtures/message_tasks.ts";
import { type Declare, inEachContext } from "./in_each_context.ts";

const declare: Declare = (title, options, body) => void test(title, options, body);
const blocking = { inline: "a blocking call would block the thread of those whom it waits for" };
const timeout = 60_000;

inEachContext(declare, "test_put: a put into a full queue waits until a child takes", {}, async ({ Pool }) => {
  await using pool = new Pool(1);
  const [queue, go] = [new Queue<number>(6), new Queue<boolean>()];
  const taking = pool.apply(tasks.getSix, [queue, go]);
  for (let i = 1; i <= 6; i++) await queue.put(i);
  assert.equal(queue.full(), true);
  const waiting = queue.put(7);
  await go.put(true);
  await waiting;
  assert.deepEqual(await taking, [1, 2, 3, 4, 5, 6]);
  assert.equal(await queue.get(), 7);
});

inEachContext(declare, "test_get: what a child puts comes in its order, and then it is empty", {}, async (context) => {
  const queue = new Queue<number>();
  const child = new context.Process({ target: tasks.putEach, args: [queue, [2, 3, 4, 5]] });
  child.start();
  assert.equal(await queue.get(), 2);
  assert.equal(await queue.get({ timeout: 60_000 }), 3);
  await child.join();
  assert.equal(queue.qsize(), 2);
  assert.deepEqual([queue.getNowait(), queue.getSync()], [4, 5]);
  assert.throws(() => queue.getNowait(), QueueEmptyError);
});

inEachContext(declare, "test_fork: what each process puts stays in its order", {}, async ({ Pool }) => {
  await using pool = new Pool(2);
  const queue = new Queue<number>();
  const numbers = Array.from({ length: 200 }, (_, i) => i);
  const isEven = (x: number): boolean => x % 2 === 0;
  await Promise.all([
    pool.apply(tasks.putEach, [queue, numbers.filter(isEven)]),
    pool.apply(tasks.putAtOnce, [queue, numbers.filter((x) => !isEven(x))]),
  ]);
  const got: number[] = [];
  while (!queue.empty()) got.push(await queue.get());
  assert.deepEqual([...got].sort((a, b) => a - b), numbers);
  assert.deepEqual(got.filter(isEven), numbers.filter(isEven));
  assert.deepEqual(got.filter((x) => !isEven(x)), numbers.filter((x) => !isEven(x)));
});

inEachContext(declare, "test_qsize: a child sees what is in it, exactly", {}, async ({ Pool }) => {
  await using pool = new Pool(1);
  const queue = new Queue<number>(2);
  await queue.put(1);
  await queue.put(2);
  assert.deepEqual(await pool.apply(tasks.describeFull, [queue]), [true, 2, true, false, "<Queue size=2>"]);
});

inEachContext(declare, "Each item goes to one of two consumers", {}, async ({ Pool }) => {
  await using pool = new Pool(2);
  const queue = new Queue<number>(20);
  const consumers = [1, 2].map(() => pool.apply(tasks.sum, [queue]));
  for (let i = 0; i < 300; i++) await queue.put(i);
  queue.shutdown();
  const sums = await Promise.all(consumers);
  assert.equal(sums[0]! + sums[1]!, (299 * 300) / 2);
});

inEachContext(declare, "Items of all kinds and sizes come whole", {}, async ({ Pool }) => {
  await using pool = new Pool(1);
  const circle: { self?: unknown } = {};
  circle.self = circle;
  const items = [
    null,
    undefined,
    -0,
    2n ** 70n,
    "ж".repeat(400_000),
    new Uint8Array(3_000_000).fill(7),
    new Map([[1, new Set(["a"])]]),
    circle,
  ];
  const queue = new Queue<unknown>();
  await pool.apply(tasks.putEach, [queue, items]);
  for (const item of items) assert.deepEqual(await queue.get(), item);
});

inEachContext(declare, "Long items come whole to a child, also such with a queue in them", {}, async ({ Pool }) => {
  await using pool = new Pool(1);
  const [from, to, inner] = [new Queue<unknown>(), new Queue<unknown>(), new Queue<unknown>()];
  const bytes = new Uint8Array(100_001).map((_, i) => i);
  const items = [
    "жук".repeat(5001),
    `${"\ud800".repeat(5001)}!`,
    bytes,
    new Float64Array([1, NaN, ...bytes]),
    { bytes, at: new Date(5), text: "x".repeat(9001) },
    Array.from({ length: 5001 }, (_, i) => `${i}`),
    Array.from({ length: 5001 }, (_, i) => i / 2),
    [bytes, "x".repeat(5001)],
    new Map([[1, [bytes, bytes]]]),
  ];
  const sorting = pool.apply(tasks.sortOut, [from, to, items.length + 1]);
  await from.put({ data: bytes, queue: inner });
  for (const item of items) await from.put(item);
  assert.deepEqual(await inner.get(), bytes);
  for (const item of items) assert.deepEqual(await to.get(), item);
  await sorting;
});

inEachContext(
  declare,
  "test_timeout: waits in a child end in their time, and not before",
  blocking,
  async (context) => {
    await using pool = new context.Pool(1);
    const queue = new Queue<number>(1);
    const failures = await pool.apply(tasks.waitAtEmpty, [queue]);
    assert.deepEqual(failures.map(([name]) => name), [...Array(4).fill("QueueEmptyError"), "RangeError"]);
    assert.deepEqual(failures.slice(2, 4).map(([, , lasted]) => lasted), [true, true]);
    await queue.put(1);
    const fullFailures = await pool.apply(tasks.waitAtFull, [queue]);
    assert.deepEqual(fullFailures.map(([name]) => name), Array(4).fill("QueueFullError"));
    assert.deepEqual(fullFailures.slice(2).map(([, , lasted]) => lasted), [true, true]);
    assert.equal(queue.qsize(), 1);
  },
);

inEachContext(
  declare,
  "test_queue_feeder_donot_stop_onexc: what cannot be copied is refused alone",
  {},
  async (context) => {
    await using pool = new context.Pool(1);
    const queue = new Queue<unknown>();
    const [name, path] = await pool.apply(tasks.putUncopyable, [queue]);
    assert.deepEqual([name, path], ["TaskEncodingError", "item.on.click"]);
    assert.deepEqual([queue.qsize(), await queue.get()], [1, "fine"]);
  },
);

inEachContext(declare, "A wait in a child ends by its signal and takes nothing", {}, async ({ Pool }) => {
  await using pool = new Pool(1);
  const [empty, full] = [new Queue<number>(), new Queue<number>(1)];
  await full.put(1);
  assert.deepEqual(await pool.apply(tasks.giveUp, [empty, full]), ["enough", "enough"]);
  await empty.put(5);
  assert.equal(await empty.get(), 5);
  assert.deepEqual([await full.get(), full.empty()], [1, true]);
});

inEachContext(declare, "The blocking forms work in a child", blocking, async ({ Pool }) => {
  await using pool = new Pool(1);
  const [from, to] = [new Queue<number>(), new Queue<number>()];
  const passing = pool.apply(tasks.passOnSync, [from, to]);
  for (let i = 0; i < 100; i++) await from.put(i);
  assert.equal(await passing, 100);
  for (let i = 0; i < 100; i++) assert.equal(await to.get(), i);
});

inEachContext(declare, "A queue goes through a queue and back, and is the same", {}, async ({ Pool }) => {
  await using pool = new Pool(1);
  const [outer, inner] = [new Queue<Queue<string>>(), new Queue<string>()];
  await outer.put(inner);
  const back = await pool.apply(tasks.useQueued, [outer]);
  assert.equal(await inner.get(), "by a child");
  await back.put("by the same");
  assert.equal(inner.qsize(), 1);
});

inEachContext(declare, "test_shutdown_empty: a child finds it shut down", blocking, async ({ Pool }) => {
  await using pool = new Pool(1);
  const queue = new Queue<number>();
  queue.shutdown();
  assert.deepEqual(await pool.apply(useShutDown, [queue]), Array.from({ length: 5 }, () => "ShutDownError"));
});

inEachContext(declare, "test_shutdown_nonempty: a child shuts it down for all", {}, async ({ Pool }) => {
  await using pool = new Pool(1);
  const queue = new Queue<number>();
  const waiting = assert.rejects(queue.get(), ShutDownError);
  assert.equal(await pool.apply(tasks.shutDown, [queue]), "shut down");
  await waiting;
});

inEachContext(declare, "test_task_done: join resolves once each item is done", {}, async ({ Pool }) => {
  await using pool = new Pool(2);
  const [queue, done] = [new JoinableQueue<number | null>(), new Queue<number>()];
  const consumers = [1, 2].map(() => pool.apply(tasks.consume, [queue, done]));
  for (let i = 0; i < 10; i++) await queue.put(i);
  assert.equal(await queue.join(), true);
  assert.equal(done.qsize(), 10);
  for (const _ of consumers) await queue.put(null);
  await Promise.all(consumers);
  assert.equal(await queue.join({ timeout: 1000 }), true);
});

inEachContext(declare, "test_empty: a SimpleQueue is empty until a child puts", {}, async ({ Process }) => {
  const queue = new SimpleQueue<boolean>();
  const child = new Process({
    target: putBoth,
    args: [queue],
  });
  child.start();
  await child.join();
  assert.equal(queue.empty(), false);
  assert.deepEqual([await queue.get(), await queue.get(), queue.empty()], [true, false, true]);
});

inEachContext(
  declare,
  "test_nested_startmethod: a child passes its queue on to a child of its own",
  {},
  async (context) => {
    const queue = new Queue<number>();
    const child = new context.Process({ target: putTwoAndPassOn, args: [queue] });
    child.start();
    await child.join();
    assert.equal(child.exitCode, 0);
    assert.deepEqual([await queue.get(), await queue.get()].sort(), [1, 2]);
  },
);

test("Threads of a process of the operating system use its queues too", { timeout }, async () => {
  const queue = new Queue<string>();
  const { Pool } = getContext("process");
  await using pool = new Pool(1);
  await pool.apply(tasks.putByThread, [queue]);
  assert.deepEqual([await queue.get(), await queue.get()], ["by a thread", "its exit code: 0"]);
  await assert.rejects(pool.apply(tasks.giveOwnQueue), (error) => {
    assert.ok(error instanceof TaskEncodingError);
    assert.equal(error.path, "result.queue");
    return true;
  });
});
