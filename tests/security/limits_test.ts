import assert from "node:assert/strict";
import { connect as connectSocket, type Socket } from "node:net";
import { describe, test } from "node:test";
import {
  activeChildren,
  Client,
  type Connection,
  Listener,
  OutOfMemoryError,
  Pipe,
  Pool,
  Queue,
  SharedArray,
  TaskEncodingError,
} from "../../mod.ts";
import { addAtEnd, echoViews, lengthOf, makeNested, nested } from "./fixtures/limit_tasks.ts";
import { nest } from "./fixtures/nesting.ts";

const timeout = 60_000;
const GIB = 2 ** 30;
const contexts = ["worker", "process", "inline"] as const;

const isTooDeep = (root: string) => (error: unknown): boolean =>
  error instanceof TaskEncodingError && error.path.startsWith(root) && /nested too deeply/.test(error.message);

/** Nobody writes to it, so it takes no memory. */
const longShared = (): Uint8Array => new Uint8Array(new SharedArrayBuffer(4 * GIB));

describe("The deepest value", () => {
  for (const context of contexts) {
    test(`of nearly 1000 levels goes there and back, a deeper one is refused (${context})`, { timeout }, async () => {
      const pool = new Pool({ processes: 1, context });
      assert.equal(await pool.apply(lengthOf, [nested(990)]), 1);
      let levels = 1;
      for (let value = await pool.apply(makeNested, [990]); value.length > 0; value = value[0]!) levels++;
      assert.equal(levels, 990);
      for (const depth of [1001, 100_000]) {
        await assert.rejects(pool.apply(lengthOf, [nested(depth)]), isTooDeep("args[0]"));
        await assert.rejects(pool.apply(makeNested, [depth]), isTooDeep("result"));
      }
      assert.equal(await pool.apply(lengthOf, ["next"]), 4);
      await pool.terminate();
    });
  }

  test("A queue and a pipe refuse a deeper one too, and go on", { timeout }, async () => {
    const queue = new Queue<unknown>();
    const [reader, writer] = Pipe(false);
    await assert.rejects(queue.put(nested(100_000)), isTooDeep("item"));
    await assert.rejects(writer.send(nested(100_000)), isTooDeep("message"));
    await queue.put(1);
    await writer.send(2);
    assert.deepEqual([await queue.get(), await reader.recv()], [1, 2]);
    reader.close();
    writer.close();
  });
});

describe("Pools in pools", () => {
  for (const [context, levels] of [["worker", 8], ["process", 3], ["inline", 30]] as const) {
    test(`go ${levels} levels deep, and leave nothing (${context})`, { timeout }, async () => {
      assert.equal(await nest(levels, context), levels);
      assert.deepEqual(activeChildren(), []);
    });
  }
});

describe("The longest message", () => {
  // Nobody writes to it, so it takes no memory.
  const long = new Uint8Array(2 ** 31);
  const isTooLong = (error: unknown): boolean =>
    error instanceof TaskEncodingError && /longer than the 2147418112 bytes/.test(error.message);

  for (const context of ["worker", "process"] as const) {
    test(`One of 2 GiB is refused as an argument, and the next call is made (${context})`, { timeout }, async () => {
      const pool = new Pool({ processes: 1, context });
      await assert.rejects(pool.apply(lengthOf, [long]), isTooLong);
      assert.equal(await pool.apply(lengthOf, ["next"]), 4);
      await pool.terminate();
    });
  }

  test("One of 2 GiB is refused by queues, pipes and sockets, and the next goes", { timeout }, async () => {
    const queue = new Queue<unknown>();
    await assert.rejects(queue.put(long), isTooLong);
    const [reader, writer] = Pipe(false);
    const listener = await new Listener().ready();
    const [accepted, client] = await Promise.all([listener.accept(), Client(listener.address)]);
    const pairs: [Connection, Connection][] = [[writer, reader], [client, accepted]];
    for (const [sender, receiver] of pairs) {
      await assert.rejects(sender.send(long), isTooLong);
      await sender.send("next");
      assert.equal(await receiver.recv(), "next");
    }
    for (const sender of [writer, client]) {
      await assert.rejects(sender.sendBytes(long), { code: "ERR_MESSAGE_TOO_LONG" });
      await assert.rejects(sender.sendBytes(longShared()), { code: "ERR_MESSAGE_TOO_LONG" });
    }
    assert.throws(() => writer.sendBytesSync(long), { code: "ERR_MESSAGE_TOO_LONG" });
    for (const end of pairs.flat()) end.close();
    await listener.close();
  });
});

describe("The longest shared memory", () => {
  /** The most that a runtime makes in one piece, rounded down; nobody touches most of it, so it takes no memory. */
  const most = "Bun" in globalThis ? 4 * GIB : 5 * GIB;

  test("What is no thread refuses it at once, with its path", { timeout }, async () => {
    const pool = new Pool({ processes: 1, context: "process" });
    assert.equal(await pool.apply(lengthOf, ["first"]), 5);
    const whole = longShared();
    const queue = new Queue<unknown>();
    const isRefused = (root: string) => (error: unknown): boolean =>
      error instanceof TaskEncodingError && error.path === root && /goes to threads only/.test(error.message);
    await assert.rejects(pool.apply(lengthOf, [whole]), isRefused("args[0]"));
    await assert.rejects(queue.put({ whole }), isRefused("item.whole"));
    assert.equal(await pool.apply(lengthOf, ["next"]), 4);
    await pool.terminate();
  });

  for (const context of ["worker", "inline"] as const) {
    test(`4 GiB and more are the same memory in a task, whole and by views (${context})`, { timeout }, async () => {
      const buffer = new SharedArrayBuffer(most);
      const [whole, end, look] = [
        new Uint8Array(buffer),
        new Float64Array(buffer, most - 8),
        new DataView(buffer, most - 16, 2),
      ];
      const pool = new Pool({ processes: 1, context });
      assert.equal(await pool.apply(addAtEnd, [{ buffer, whole }, 5]), most);
      assert.deepEqual([whole[most - 1], look.byteLength], [5, 2]);
      end[0] = 0.5;
      const [gotEnd, gotLook, again] = await pool.apply(echoViews, [[end, look, end]]);
      assert.ok(gotEnd instanceof Float64Array && gotLook instanceof DataView && again === gotEnd);
      assert.deepEqual([gotEnd.byteOffset, gotEnd.length, gotEnd[0]], [most - 8, 1, 0.5]);
      gotLook.setInt16(0, 7);
      assert.deepEqual([look.getInt16(0), gotLook.byteOffset, gotLook.byteLength], [7, most - 16, 2]);
      await pool.terminate();
    });
  }
});

describe("Memory that there is not", () => {
  test("An array that the shared memory cannot hold is an OutOfMemoryError", { timeout }, () => {
    assert.throws(() => new SharedArray("d", 2 ** 30), OutOfMemoryError);
    const next = new SharedArray("d", 10);
    next.view[9] = 1;
    next.dispose();
  });
});

describe("Clients that do not prove their key", () => {
  test("Hundreds of them, half-open, keep nobody out", { timeout }, async () => {
    const authkey = "secret";
    const listener = await new Listener("127.0.0.1:0", { authkey, backlog: 2 }).ready();
    const { port } = listener.address as { port: number };
    const sockets: Socket[] = [];
    for (let batch = 0; batch < 10; batch++) {
      await Promise.all(Array.from({ length: 30 }, () =>
        new Promise<void>((resolve) => {
          const socket = connectSocket(port, "127.0.0.1");
          sockets.push(socket);
          socket.on("error", () => resolve());
          socket.on("data", () => resolve());
          socket.on("close", () => resolve());
        })));
    }
    const [client, accepted] = await Promise.all([Client(listener.address, { authkey }), listener.accept()]);
    await client.send("in");
    assert.equal(await accepted.recv(), "in");
    for (const socket of sockets) socket.destroy();
    client.close();
    accepted.close();
    await listener.close();
  });
});
