import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Process, ShareableList, SharedMemory, SharedMemoryManager, SharedValue } from "../../mod.ts";
import { pack } from "../../src/channel/packer.ts";
import { wireTypeOf } from "../../src/core/wire.ts";
import { accounting } from "../../src/memory/allocator.ts";
import * as targets from "./fixtures/memory_targets.ts";

const timeout = 60_000;
const MIB = 1 << 20;
const PAGE = 4096;
const killed = {
  timeout,
  skip: "Deno" in globalThis &&
    "Deno does not tell when a worker that was terminated has ended: https://github.com/denoland/deno/pull/35657",
};
const notFound = { name: "ManyhandsError", code: "ERR_NOT_FOUND" };

/** What the codec does with a handle that is sent and received. */
function send<T extends object>(value: T): T {
  const wireType = wireTypeOf(value)!;
  return wireType.decode(wireType.encode(value)) as T;
}

async function completed<A extends unknown[]>(child: Process<A>): Promise<void> {
  child.start();
  await child.join();
  assert.equal(child.exitCode, 0);
}

function text(memory: SharedMemory, length: number): string {
  return new TextDecoder().decode(memory.buf.slice(0, length));
}

describe("_TestSharedMemory", () => {
  test("test_shared_memory_basics: a segment is made, found by name, closed and unlinked", { timeout }, () => {
    const name = "test_basics";
    const memory = new SharedMemory({ name, create: true, size: 512 });
    assert.equal(memory.name, name);
    assert.ok(memory.size >= 512);
    assert.equal(memory.buf.length, memory.size);
    assert.equal(String(memory), `SharedMemory("test_basics", size=${memory.size})`);
    memory.buf[0] = 42;

    const other = new SharedMemory({ name, size: 7 });
    assert.equal(other.size, memory.size);
    assert.equal(other.buf[0], 42);
    other.buf[1] = 43;
    assert.equal(memory.buf[1], 43);
    other.close();
    other.close();
    assert.throws(() => other.buf, {
      name: "ClosedError",
      message: `SharedMemory("test_basics", size=4096) is closed`,
    });
    assert.equal(memory.buf[0], 42);

    assert.throws(() => new SharedMemory({ create: true, size: -2 }), RangeError);
    assert.throws(() => new SharedMemory(), {
      name: "RangeError",
      message: "Name of a SharedMemory is missing: only a new one gets one",
    });
    assert.throws(() => new SharedMemory({ name, create: true, size: 512 }), {
      name: "ManyhandsError",
      code: "ERR_EXISTS",
      message: 'Cannot create SharedMemory "test_basics": the name is in use',
    });
    assert.throws(() => new SharedMemory({ name: "test_missing" }), {
      ...notFound,
      message: 'There is no SharedMemory "test_missing"',
    });

    memory.unlink();
    assert.equal(memory.buf[0], 42);
    assert.throws(() => memory.unlink(), notFound);
    assert.throws(() => new SharedMemory({ name }), notFound);
    memory.close();
  });

  test("test_shared_memory_recreate: a name that is taken is passed over", { timeout }, () => {
    using first = new SharedMemory({ create: true, size: 1 });
    const number = Number(first.name.match(/^segment_(\d+)$/)![1]);
    using taken = new SharedMemory({ name: `segment_${number + 1}`, create: true, size: 1 });
    using next = new SharedMemory({ create: true, size: 1 });
    assert.equal(next.name, `segment_${number + 2}`);
    next.buf[0] = 1;
    assert.equal(taken.buf[0], 0);
  });

  test("test_invalid_shared_memory_creation: sizes and names that are none are refused", { timeout }, () => {
    const { blocks } = accounting();
    for (const size of [-1, 0, undefined, 1.5, Number.NaN, "8" as unknown as number]) {
      assert.throws(() => new SharedMemory({ create: true, size }), {
        name: "RangeError",
        message: /^Size of a (new )?SharedMemory must be/,
      });
    }
    for (const name of ["", 5, null]) {
      assert.throws(() => new SharedMemory({ name: name as string, create: true, size: 1 }), {
        name: "TypeError",
        message: /^Name of a SharedMemory must be a string with characters, got/,
      });
    }
    assert.equal(accounting().blocks, blocks);
  });

  test("test_shared_memory_pickle_unpickle: a sent handle has the same bytes", { timeout }, () => {
    using memory = new SharedMemory({ create: true, size: 512 });
    memory.buf.set([0, 1, 2, 3, 4]);
    const received = send(memory);
    assert.deepEqual([received.name, received.size], [memory.name, memory.size]);
    assert.deepEqual([...received.buf.subarray(0, 5)], [0, 1, 2, 3, 4]);
    received.buf[0] = 9;
    assert.equal(memory.buf[0], 9);
    received.close();
  });

  test("test_shared_memory_pickle_unpickle_dead_object: an unlinked one arrives nowhere", { timeout }, () => {
    const memory = new SharedMemory({ create: true, size: 512 });
    const wireType = wireTypeOf(memory)!;
    const wired = wireType.encode(memory);
    memory.unlink();
    memory.close();
    assert.throws(() => wireType.decode(wired), notFound);
  });

  test("test_shared_memory_across_processes: a child writes by name and by handle", { timeout }, async () => {
    using memory = new SharedMemory({ create: true, size: 512 });
    await completed(new Process({ target: targets.write, args: [memory.name, "howdy"] }));
    assert.equal(text(memory, 5), "howdy");
    await completed(new Process({ target: targets.write, args: [memory, "HELLO"] }));
    assert.equal(text(memory, 5), "HELLO");
  });

  test("test_shared_memory_SharedMemoryManager_basics: all of a manager end with it", { timeout }, async () => {
    const manager = new SharedMemoryManager();
    const notStarted = { name: "ManyhandsError", code: "ERR_NOT_STARTED" };
    assert.throws(() => manager.SharedMemory(16), notStarted);
    assert.throws(() => manager.ShareableList([0]), notStarted);
    assert.equal(manager.start(), manager);
    assert.throws(() => manager.start(), { code: "ERR_STARTED" });
    const lists = [5, 6, 7, 8, 9].map((length) => manager.ShareableList(Array(length).keys()));
    const blocks = [32, 64, 96, 112].map((size) => manager.SharedMemory(size));
    await completed(new Process({ target: targets.writeToList, args: [lists[0]!.shm.name, 0, "here"] }));
    assert.equal(lists[0]!.get(0), "here");
    const names = [...lists.map(({ shm }) => shm.name), ...blocks.map(({ name }) => name)];
    for (const name of names) new SharedMemory({ name }).close();
    manager.shutdown();
    manager.shutdown();
    for (const name of names) assert.throws(() => new SharedMemory({ name }), notFound);
    assert.throws(() => manager.SharedMemory(16), notStarted);

    let kept: SharedMemory;
    {
      using scoped = new SharedMemoryManager().start();
      kept = send(scoped.SharedMemory(32));
    }
    assert.throws(() => new SharedMemory({ name: kept.name }), notFound);
    assert.equal(kept.buf[0], 0);
    kept.close();
  });

  test("test_shared_memory_ShareableList_pickling: a sent list is the same, and small", { timeout }, async () => {
    using list = new ShareableList(Array(10).keys());
    const received = send(list);
    received.set(4, -0.5);
    assert.equal(list.get(4), -0.5);
    received.shm.close();
    await completed(new Process({ target: targets.writeToList, args: [list, 5, "child"] }));
    assert.equal(list.get(5), "child");
    using long = new ShareableList(Array(1000).keys());
    assert.ok(pack(long).length <= pack(list).length + 2);
  });

  test("test_shared_memory_cleaned_after_process_termination: who has ended holds nothing", { timeout }, async () => {
    const { used } = accounting();
    const memory = new SharedMemory({ create: true, size: MIB });
    await completed(new Process({ target: targets.leaveOpen, args: [memory] }));
    assert.equal(memory.buf[0], 1);
    memory.unlink();
    memory.close();
    assert.ok(accounting().used < used + MIB / 2);
  });

  test("test_shared_memory_cleaned_after_process_termination: nor who was killed", killed, async () => {
    const { used } = accounting();
    const memory = new SharedMemory({ create: true, size: MIB });
    const words = new Int32Array(memory.buf.buffer, memory.buf.byteOffset, 1);
    const child = new Process({ target: targets.holdForEver, args: [memory] });
    child.start();
    const held = Atomics.waitAsync(words, 0, 0);
    if (held.async) await held.value;
    memory.unlink();
    memory.close();
    assert.ok(accounting().used > used + MIB / 2);
    child.kill();
    await child.join();
    // Whatever is made or ended next looks after those who are gone.
    new SharedMemory({ create: true, size: 1 })[Symbol.dispose]();
    assert.ok(accounting().used < used + MIB / 2);
  });
});

test("A name is free for another segment as soon as it is unlinked", { timeout }, () => {
  const name = "test_again";
  const first = new SharedMemory({ name, create: true, size: 1 });
  first.buf[0] = 1;
  first.unlink();
  const second = new SharedMemory({ name, create: true, size: 1 });
  assert.equal(second.buf[0], 0);
  assert.throws(() => first.unlink(), notFound);
  first.close();
  assert.throws(() => first.unlink(), notFound);
  assert.equal(send(second).buf.byteOffset, second.buf.byteOffset);
  second.unlink();
  second.close();
});

test("The bytes are freed with the last handle, and only once the name is unlinked", { timeout }, () => {
  const before = new SharedMemory({ create: true, size: 1 });
  const { blocks } = accounting();
  const first = new SharedMemory({ create: true, size: 1 });
  const second = send(first);
  first.close();
  second.close();
  const third = new SharedMemory({ name: first.name });
  first.unlink();
  assert.ok(accounting().blocks > blocks);
  third.close();
  assert.equal(accounting().blocks, blocks);
  before[Symbol.dispose]();
});

test("using unlinks what it made and closes what it attached to", { timeout }, () => {
  let name: string;
  {
    using memory = new SharedMemory({ create: true, size: 1 });
    name = memory.name;
    {
      using attached = new SharedMemory({ name });
      assert.equal(attached.buf[0], 0);
    }
    new SharedMemory({ name }).close();
  }
  assert.throws(() => new SharedMemory({ name }), notFound);
});

test("Names may have any characters, and many are found", { timeout }, () => {
  const names = ["/a b", "é€😀", "x".repeat(5000), ...Array.from({ length: 300 }, (_, index) => `test_many_${index}`)];
  const memories = names.map((name) => new SharedMemory({ name, create: true, size: 1 }));
  memories.forEach(({ buf }, index) => buf[0] = index);
  names.forEach((name, index) => {
    const found = new SharedMemory({ name });
    assert.equal(found.buf[0], index % 256);
    found.close();
  });
  for (const memory of memories) memory[Symbol.dispose]();
  for (const name of names) assert.throws(() => new SharedMemory({ name }), notFound);
});

test("A name that another process took away is gone here too", { timeout }, async () => {
  const child = new Process({ target: targets.attachInVain, args: ["test_gone"] });
  child.start();
  await child.join();
  assert.equal((child.error as unknown as { code: string }).code, "ERR_NOT_FOUND");
});

const NAMES = ["test_one", "test_two", "test_three", "test_four"];

/** Unlinks what is left under the names, and makes sure that they can be used. */
function unlinkAll(): void {
  for (const name of NAMES) {
    try {
      const left = new SharedMemory({ name });
      left.unlink();
      left.close();
    } catch (error) {
      assert.equal((error as { code: string }).code, "ERR_NOT_FOUND");
    }
    new SharedMemory({ name, create: true, size: 1 })[Symbol.dispose]();
  }
}

test("Three processes make, find and end segments of few names at once, and leave nothing", { timeout }, async () => {
  new SharedMemory({ create: true, size: 1 })[Symbol.dispose]();
  using count = new SharedValue("i");
  const { blocks } = accounting();
  const children = [1, 2, 3].map((seed) => new Process({ target: targets.scramble, args: [NAMES, seed, 2000, count] }));
  for (const child of children) child.start();
  for (const child of children) await child.join();
  assert.deepEqual(children.map(({ error }) => error), [undefined, undefined, undefined]);
  assert.equal(count.value, 6000);
  unlinkAll();
  // Fewer where garbage of earlier tests was collected meanwhile.
  assert.ok(accounting().blocks <= blocks);
});

test("Processes that are killed at any moment leave the names and the memory usable", killed, async () => {
  const { used } = accounting();
  for (let seed = 1; seed <= 4; seed++) {
    using count = new SharedValue("i");
    const args = [NAMES, seed, 1_000_000, count] as const;
    const children = [
      new Process({ target: targets.scramble, args: [...args] }),
      new Process({ target: targets.scramble, args: [...args] }),
    ];
    for (const child of children) child.start();
    for (let seen = count.value; seen < 20 * seed; seen = count.value) {
      const change = Atomics.waitAsync(count.view, 0, seen);
      if (change.async) await change.value;
    }
    for (const child of children) child.kill();
    for (const child of children) await child.join();
    unlinkAll();
    // A thread that dies in the middle of a step may leave the one block that it was about to list or to free.
    assert.ok(accounting().used <= used + 2 * seed * 4 * PAGE);
  }
});
