import assert from "node:assert/strict";
import { connect as connectSocket } from "node:net";
import process from "node:process";
import { describe, test } from "node:test";
import {
  Barrier,
  Client,
  Condition,
  type Connection,
  Event,
  JoinableQueue,
  Listener,
  Lock,
  Pipe,
  Queue,
  RLock,
  Semaphore,
  ShareableList,
  SharedArray,
  SharedMemory,
  SharedValue,
  SimpleQueue,
} from "../../mod.ts";

const timeout = 60_000;

/** Two ends of a connection over a socket, without a key: whoever is on this machine may be the client. */
async function withConnection(
  run: (accepted: Connection, client: Connection) => Promise<void>,
  maxMessageBytes?: number,
): Promise<void> {
  const listener = await new Listener(undefined, { maxMessageBytes }).ready();
  const [accepted, client] = await Promise.all([listener.accept(), Client(listener.address)]);
  try {
    await run(accepted, client);
  } finally {
    client.close();
    accepted.close();
    await listener.close();
  }
}

/** The bytes of a value as it goes to another process of this program. */
async function bytesOf(value: unknown): Promise<Uint8Array> {
  const [reader, writer] = Pipe(false);
  await writer.send(value);
  const bytes = await reader.recvBytes();
  reader.close();
  writer.close();
  return bytes;
}

/** Whole numbers below a limit, the same in every run. */
function numbersFrom(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

const words = (...values: number[]): Uint8Array => new Uint8Array(Int32Array.from(values).buffer);

/** What `recv` makes of a message: its value in a box, or the code of the error. */
function received(connection: Connection): Promise<unknown> {
  return connection.recv().then((value) => [value], (error: { code?: unknown }) => error.code ?? error);
}

const isHarmless = (outcome: unknown): boolean => Array.isArray(outcome) || outcome === "ERR_BAD_MESSAGE";

/** What goes as a structured clone is only cut short: engines take hundreds of megabytes for an array that is announced. */
const cloned: unknown = {
  lone: "\ud800",
  zero: -0,
  hole: [, 1],
  error: new RangeError("far", { cause: { deep: [1n << 70n] } }),
};

const values: unknown[] = [
  { a: [1, 2.5, { b: "x" }], c: new Map([[1, new Set([2])]]), d: new Date(5), e: /x/g, f: new Uint8Array(9) },
  [{ id: 1, name: "ж" }, { id: 2, name: "y" }, { id: 3, name: "z" }],
  [new Float64Array(3), new ArrayBuffer(5), new AggregateError([new Error("one")], "all")],
  Array.from({ length: 300 }, (_, index) => index / 2),
  [1, [2, [3, "text that is longer than forty-eight characters, so that it is encoded at once"]]],
];

describe("Messages of another program", () => {
  test("Damaged ones are a value or ERR_BAD_MESSAGE, and the next is read as ever", { timeout }, async () => {
    const seeds: Uint8Array[] = [];
    await withConnection(async (accepted, client) => {
      for (const value of values) {
        await client.send(value);
        seeds.push(await accepted.recvBytes());
      }
      await client.send(cloned);
      const clone = await accepted.recvBytes();
      for (let length = 0; length < clone.length; length++) {
        await client.sendBytes(clone.subarray(0, length));
        assert.ok(isHarmless(await received(accepted)), `the first ${length} bytes`);
      }
      const below = numbersFrom(20261129);
      for (let round = 0; round < 1000; round++) {
        const bytes = seeds[below(seeds.length)]!.slice();
        for (let hits = 1 + below(4); hits > 0; hits--) bytes[below(bytes.length)] = below(3) === 0 ? 255 : below(256);
        const message = below(4) === 0 ? bytes.subarray(0, below(bytes.length)) : bytes;
        await client.sendBytes(message);
        const outcome = await received(accepted);
        assert.ok(isHarmless(outcome), `round ${round}: ${String(outcome)} of ${message.join()}`);
      }
      await client.send(values[0]);
      assert.deepEqual(await accepted.recv(), values[0]);
      assert.deepEqual(Object.keys(Object.prototype), []);
    });
  });

  const announced: [string, Uint8Array][] = [
    ["a list of 16 million items", words(11 | (0xffffff << 8))],
    ["lists in lists", words(...Array.from({ length: 1000 }, () => 11 | (0xffffff << 8)))],
    ["2 billion numbers", words(12, 0x7fffffff, 0, 0)],
    ["2 billion small numbers", words(15, 0x7fffffff)],
    ["less than no small numbers", words(15, -1)],
    ["less than no bytes", words(10, -16)],
    ["2 billion bytes", words(10, 0x7fffffff)],
    ["a text of 2 billion bytes", words(8, 0x7fffffff)],
    ["a text of half characters that goes back", words(9, -8)],
    ["a short text beyond the end", words(7 | (0xffffff << 8))],
    ["an array of 4 billion items", Uint8Array.of(13, 0, 0, 0, 5, 0, 0, 0, 0xdd, 0xff, 0xff, 0xff, 0xff)],
    ["a tag that there is not", words(200)],
    ["nothing", new Uint8Array()],
  ];
  test("What they announce takes no memory before it is there", { timeout }, async () => {
    await withConnection(async (accepted, client) => {
      for (const [what, bytes] of announced) {
        await client.sendBytes(bytes);
        const outcome = await received(accepted);
        assert.ok(isHarmless(outcome), `${what}: ${String(outcome)}`);
        if (what !== "nothing") assert.equal(outcome, "ERR_BAD_MESSAGE", what);
      }
    });
  });

  test("Lists in lists of any depth are refused, not a crash", { timeout }, async () => {
    await withConnection(async (accepted, client) => {
      await client.sendBytes(new Uint8Array(new Int32Array(1_000_000).fill(11 | (1 << 8)).buffer));
      assert.equal(await received(accepted), "ERR_BAD_MESSAGE");
      const deep = new Uint8Array(8 + 2_000_000).fill(0x91);
      deep.set(words(13, 2_000_000));
      await client.sendBytes(deep);
      assert.equal(await received(accepted), "ERR_BAD_MESSAGE");
      await client.send("next");
      assert.equal(await accepted.recv(), "next");
    });
  });

  test(
    "Objects in shared memory are refused: none can be made to point where its sender likes",
    { timeout },
    async () => {
      const memory = new SharedMemory({ create: true, size: 8 });
      const list = new ShareableList([1]);
      const objects = {
        SharedArray: new SharedArray("d", 2),
        SharedValue: new SharedValue("i", 1),
        Lock: new Lock(),
        RLock: new RLock(),
        Semaphore: new Semaphore(1),
        Event: new Event(),
        Condition: new Condition(),
        Barrier: new Barrier(2),
        Queue: new Queue(),
        JoinableQueue: new JoinableQueue(),
        SimpleQueue: new SimpleQueue(),
        Connection: Pipe()[0],
        SharedMemory: memory,
        ShareableList: list,
      };
      await withConnection(async (accepted, client) => {
        for (const [name, object] of Object.entries(objects)) {
          for (const value of [object, { deep: [object, new Map([["key", object]])] }]) {
            await client.sendBytes(await bytesOf(value));
            await assert.rejects(accepted.recv(), (error: Error & { code?: unknown }) => {
              assert.equal(error.code, "ERR_BAD_MESSAGE", name);
              assert.match(error.message, /lies in shared memory/);
              return true;
            });
          }
        }
      });
      list.shm.unlink();
      memory.unlink();
    },
  );

  test("A record with the key __proto__ leaves the prototype alone", { timeout }, async () => {
    // A record definition of msgpackr's: keys, then values.
    const text = (value: string): number[] => [0xa0 + value.length, ...new TextEncoder().encode(value)];
    const keys = [...text("__proto__"), ...text("constructor"), ...text("prototype")];
    const packed = [0xd4, 0x72, 0x40, 0x93, ...keys, 0x91, 1, 0x91, 2, 0x91, 3];
    const message = Uint8Array.of(13, 0, 0, 0, packed.length, 0, 0, 0, ...packed);
    await withConnection(async (accepted, client) => {
      for (let round = 0; round < 20; round++) {
        await client.sendBytes(message);
        const value = await accepted.recv() as Record<string, unknown>;
        assert.equal(Object.getPrototypeOf(value), Object.prototype);
        assert.deepEqual(Object.entries(value).slice(1), [["constructor", [2]], ["prototype", [3]]]);
      }
      assert.equal(({} as Record<string, unknown>)["0"], undefined);
    });
  });
});

describe("Messages to another program", () => {
  test("They hold nothing of those before", { timeout }, async () => {
    const secret = "a password of another conversation ".repeat(100);
    await withConnection(async (accepted, client) => {
      const messages = [{ zero: -0, error: new Error("x") }, ["ж", 1.5, "a", 2.5], [{ id: 1 }, 0.5, "b", [0.5, "c"]]];
      for (const message of messages) {
        // It leaves its letters where messages are put together, once at each distance from a multiple of 8.
        for (let shift = 0; shift < 8; shift++) await bytesOf([{ shift }, secret.slice(shift), { secret }]);
        await client.send(message);
        const [first, second] = [await accepted.recvBytes(), bytesOf([secret.replaceAll(/./g, "z"), 1.5])];
        await second;
        await client.send(message);
        const again = await accepted.recvBytes();
        if ("zero" in message) assert.ok(again.length < 4096, `${again.length} bytes`);
        else assert.deepEqual(again, first);
      }
    });
  });
});

describe("Lengths on the wire", () => {
  test("A message beyond maxMessageBytes ends the connection before it is taken", { timeout }, async () => {
    await withConnection(async (accepted, client) => {
      await client.sendBytes(new Uint8Array(100));
      assert.equal((await accepted.recvBytes()).length, 100);
      await client.sendBytes(new Uint8Array(101));
      await assert.rejects(accepted.recvBytes(), { code: "ERR_MESSAGE_TOO_LONG" });
    }, 100);
    for (const maxMessageBytes of [0, -1, 1.5, 2 ** 31, NaN]) {
      assert.throws(() => new Listener(undefined, { maxMessageBytes }), RangeError);
      await assert.rejects(Client("127.0.0.1:1", { maxMessageBytes }), RangeError);
    }
  });

  test("Who announces 4 GiB is dropped, who announces 2 GiB gets memory for what comes", { timeout }, async () => {
    const listener = await new Listener("127.0.0.1:0").ready();
    const { port } = listener.address as { port: number };
    const announce = async (length: number): Promise<[Connection, ReturnType<typeof connectSocket>]> => {
      const socket = connectSocket(port, "127.0.0.1");
      socket.on("error", () => {});
      const accepted = await listener.accept();
      const head = new Uint8Array(6);
      new DataView(head.buffer).setUint32(0, length);
      await new Promise<void>((resolve) => socket.write(head, () => resolve()));
      return [accepted, socket];
    };
    const [dropped] = await announce(2 ** 32 - 1);
    await assert.rejects(dropped.recv(), { code: "ERR_MESSAGE_TOO_LONG" });
    const before = process.memoryUsage().rss;
    const waiting = await Promise.all([1, 2, 3, 4].map(() => announce(2 ** 31 - 2 ** 16)));
    for (const [accepted] of waiting) assert.equal(await accepted.poll(), false);
    assert.ok(process.memoryUsage().rss - before < 2 ** 29);
    for (const [accepted, socket] of waiting) {
      socket.destroy();
      await assert.rejects(accepted.recv(), { code: "ERR_END_OF_STREAM" });
    }
    await listener.close();
  });
});
