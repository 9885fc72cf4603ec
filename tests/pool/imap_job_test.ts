import assert from "node:assert/strict";
import { test } from "node:test";
import { PoolClosedError, TaskEncodingError, TimeoutError } from "../../mod.ts";
import { Count, newGate, raise, reaches, read } from "./fixtures/gate.ts";
import {
  countRun,
  echo,
  exitAtTwo,
  giveBytes,
  giveText,
  passGate,
  passGateAt,
  square,
  squareOfEven,
} from "./fixtures/tasks.ts";
import { range, withPool } from "./fixtures/with_pool.ts";

const timeout = 60_000;
const squares = (count: number): number[] => range(count).map((x) => x * x);
const DONE = { done: true, value: undefined };

/** An input that knows how far it was read and whether it was told to end. */
class Input<T> implements IterableIterator<T> {
  read = 0;
  returned = 0;
  readonly #items: T[];
  constructor(items: T[]) {
    this.#items = items;
  }
  next(): IteratorResult<T> {
    if (this.read >= this.#items.length) return { done: true, value: undefined };
    return { done: false, value: this.#items[this.read++] };
  }
  return(): IteratorResult<T> {
    this.returned++;
    return { done: true, value: undefined };
  }
  [Symbol.iterator](): this {
    return this;
  }
}

async function* later<T>(items: Iterable<T>): AsyncGenerator<T> {
  for (const item of items) {
    await undefined;
    yield item;
  }
}

/** The numbers from 0 to below `count`, then an error. */
function* failingAfter(count: number): Generator<number> {
  yield* range(count);
  throw new RangeError("say when");
}

/** Takes the values and the messages of errors, in turn, until the iteration is over. */
async function outcomes<R>(iterator: AsyncIterator<R>): Promise<(R | string)[]> {
  const found: (R | string)[] = [];
  for (;;) {
    try {
      const { done, value } = await iterator.next();
      if (done === true) return found;
      found.push(value);
    } catch (error) {
      found.push((error as Error).message);
    }
  }
}

test(
  "test_imap: imap gives the values one by one in the order of the items",
  { timeout },
  () =>
    withPool(3, async (pool) => {
      assert.deepEqual(await Array.fromAsync(pool.imap(square, range(10))), squares(10));
      for (const chunksize of [1, 7, 100, "auto"] as const) {
        assert.deepEqual(await Array.fromAsync(pool.imap(square, range(1000), { chunksize })), squares(1000));
      }
      assert.deepEqual(await Array.fromAsync(pool.imap(square, later(range(100)))), squares(100));
      const iterator = pool.imap(square, range(3));
      for (const value of [0, 1, 4]) assert.deepEqual(await iterator.next(), { done: false, value });
      assert.deepEqual(await iterator.next(), DONE);
      assert.deepEqual(await iterator.next(), DONE);
    }),
);

test(
  "test_imap_unordered: imapUnordered gives each value once, as it comes",
  { timeout },
  () =>
    withPool(3, async (pool) => {
      for (const chunksize of [1, 100]) {
        const found = await Array.fromAsync(pool.imapUnordered(square, range(1000), { chunksize }));
        assert.deepEqual(found.sort((a, b) => a - b), squares(1000));
      }
      const gate = newGate();
      const iterator = pool.imapUnordered(passGateAt, range(6).map((i): [typeof gate, number] => [gate, i]));
      const early: number[] = [];
      for (let i = 0; i < 5; i++) early.push((await iterator.next()).value as number);
      assert.deepEqual(early.sort(), [1, 2, 3, 4, 5]);
      raise(gate, Count.Opened);
      assert.deepEqual(await iterator.next(), { done: false, value: 0 });
      assert.deepEqual(await iterator.next(), DONE);
    }),
);

test("Several next() at once get their values in turn", { timeout }, () =>
  withPool(2, async (pool) => {
    const iterator = pool.imap(square, range(5));
    const steps = await Promise.all(range(7).map(() => iterator.next()));
    assert.deepEqual(steps, [...squares(5).map((value) => ({ done: false, value })), DONE, DONE]);
  }));

test(
  "An item that throws rejects its next(), and the iteration goes on after it",
  { timeout },
  () =>
    withPool(2, async (pool) => {
      const expected = range(10).map((x) => x % 2 === 0 ? x * x : `${x} is odd`);
      for (const chunksize of [1, 3, 100]) {
        assert.deepEqual(await outcomes(pool.imap(squareOfEven, range(10), { chunksize })), expected);
        const unordered = await outcomes(pool.imapUnordered(squareOfEven, range(10), { chunksize }));
        assert.deepEqual(unordered.map(String).sort(), expected.map(String).sort());
      }
    }),
);

test(
  "An item whose worker is lost rejects its next(), and the iteration goes on after it",
  { timeout },
  () =>
    withPool(2, async (pool) => {
      const found = await outcomes(pool.imap(exitAtTwo, range(6)));
      assert.match(String(found[2]), /was lost while it ran task 2.*exit code 3/);
      assert.deepEqual(found.toSpliced(2, 1), [0, 1, 3, 4, 5]);
      assert.deepEqual(await Array.fromAsync(pool.imap(square, range(3))), squares(3));
    }),
);

test(
  "An item that cannot be sent rejects its next(), and the iteration goes on after it",
  { timeout },
  () =>
    withPool(2, async (pool) => {
      const items: unknown[] = [0, 1, { log: () => {} }, 3];
      const iterator = pool.imap(echo, items);
      assert.equal((await iterator.next()).value, 0);
      assert.equal((await iterator.next()).value, 1);
      await assert.rejects(iterator.next(), (error: TaskEncodingError) => {
        assert.ok(error instanceof TaskEncodingError);
        assert.equal(error.path, "items[2].log");
        return true;
      });
      assert.equal((await iterator.next()).value, 3);
      assert.deepEqual(await iterator.next(), DONE);
    }),
);

test("test_imap_handle_iterable_exception: values before the input's error come, then the error, then the end", {
  timeout,
}, () =>
  withPool(3, async (pool) => {
    const reads: [count: number, chunksize: number, values: number][] = [[0, 1, 0], [3, 1, 3], [7, 2, 6], [7, 4, 4]];
    for (const [count, chunksize, values] of reads) {
      for (const input of [failingAfter(count), later(failingAfter(count))]) {
        assert.deepEqual(await outcomes(pool.imap(square, input, { chunksize })), [...squares(values), "say when"]);
      }
    }
  }));

test(
  "test_imap_unordered_handle_iterable_exception: the input's error comes after all values",
  { timeout },
  () =>
    withPool(3, async (pool) => {
      const found = await outcomes(pool.imapUnordered(square, failingAfter(7), { chunksize: 2 }));
      assert.equal(found.at(-1), "say when");
      assert.deepEqual(found.slice(0, -1).sort((a, b) => Number(a) - Number(b)), squares(6));
    }),
);

test(
  "The input is read no further than a chunk for each worker and buffersize more",
  { timeout },
  () =>
    withPool(2, async (pool) => {
      for (const isOrdered of [true, false]) {
        for (const [buffersize, chunksize] of [[0, 1], [3, 1], [2, 10]]) {
          const input = new Input(range(1000));
          const options = { buffersize, chunksize };
          const iterator = isOrdered ? pool.imap(square, input, options) : pool.imapUnordered(square, input, options);
          const most = (2 + buffersize) * chunksize;
          // All of it is done, and still nothing more is read while nobody asks.
          await pool.apply(square, [1]);
          await pool.map(square, range(10), { chunksize: 1 });
          assert.equal(input.read, most);
          for (let asked = 1; asked <= 35; asked++) {
            await iterator.next();
            assert.ok(
              input.read <= most + Math.ceil(asked / chunksize) * chunksize,
              `${input.read} read, ${asked} asked`,
            );
          }
          await iterator.return!();
        }
      }
    }),
);

test("An async input is read no further either", { timeout }, () =>
  withPool(2, async (pool) => {
    const input = new Input(range(1000));
    const iterator = pool.imap(square, later(input), { buffersize: 3 });
    for (let asked = 1; asked <= 20; asked++) {
      await iterator.next();
      assert.ok(input.read <= 5 + asked, `${input.read} read, ${asked} asked`);
    }
    await iterator.return!();
    assert.equal(input.returned, 1);
  }));

test(
  "bufferBytes bounds what is read of large items, and of items with large results",
  { timeout },
  () =>
    withPool(1, async (pool) => {
      const large = new Input(range(100).map(() => new Uint8Array(100_000)));
      const options = { buffersize: 50, bufferBytes: 250_000 };
      const iterator = pool.imap(echo, large, options);
      await iterator.next();
      assert.ok(large.read <= 5, `${large.read} items of 100 kB read`);
      await iterator.return!();
      const small = new Input(range(100).map(() => 100_000));
      const results = pool.imap(giveBytes, small, { buffersize: 2, bufferBytes: 250_000 });
      for (let i = 0; i < 10; i++) assert.equal(((await results.next()).value as Uint8Array).length, 100_000);
      assert.ok(small.read <= 13, `${small.read} items read`);
      await results.return!();
    }),
);

test(
  "bufferBytes bounds what is read while long texts as results wait for their consumer",
  { timeout },
  () =>
    withPool(1, async (pool) => {
      const input = new Input(range(100).map(() => 300_000));
      const results = pool.imap(giveText, input, { buffersize: 30, bufferBytes: 700_000 });
      await results.next();
      const before = input.read;
      // Its answer comes behind those of all that was read.
      await pool.apply(giveText, [300_000]);
      for (let i = 0; i < 20; i++) assert.equal((await results.next()).value!.length, 300_000);
      assert.ok(input.read <= before + 2, `${input.read} items read, ${before} of them at first`);
      await results.return!();
    }),
);

test("A consumer that stops early ends the input and drops what waits", { timeout }, () =>
  withPool(1, async (pool) => {
    const gate = newGate();
    const input = new Input(range(1000));
    const held = pool.apply(passGate, [gate]);
    await reaches(gate, Count.Arrived, 1);
    const iterator = pool.imap(
      countRun as (item: unknown) => unknown,
      (function* () {
        try {
          while (!input.next().done) yield gate;
        } finally {
          input.return();
        }
      })(),
      { buffersize: 9 },
    );
    await iterator.return!();
    assert.equal(input.returned, 1);
    assert.equal(pool.stats().pending, 1);
    raise(gate, Count.Opened);
    await held;
    await pool.apply(square, [2]);
    assert.equal(read(gate, Count.Ran), 0);
    assert.deepEqual(await iterator.next(), DONE);
  }));

test("A for-await loop that breaks ends its input once", { timeout }, () =>
  withPool(2, async (pool) => {
    const input = new Input(range(1000));
    for await (const value of pool.imap(square, input)) if (value === 16) break;
    assert.equal(input.returned, 1);
    assert.ok(input.read < 20);
  }));

test("A slow consumer holds up its own job alone", { timeout }, () =>
  withPool(2, async (pool) => {
    const input = new Input(range(1000));
    const slow = pool.imap(square, input);
    await slow.next();
    assert.deepEqual(await Array.fromAsync(pool.imap(square, range(200))), squares(200));
    assert.ok(input.read < 20);
    const rest = await Array.fromAsync(slow);
    assert.equal(rest.length, 999);
  }));

test(
  "A timeout rejects one next() and the value goes to the one after it",
  { timeout },
  () =>
    withPool(1, async (pool) => {
      const gate = newGate();
      const iterator = pool.imap(passGateAt, [[gate, 0], [gate, 1]] as [typeof gate, number][], { timeout: 20 });
      await assert.rejects(iterator.next(), TimeoutError);
      raise(gate, Count.Opened);
      await reaches(gate, Count.Ran, 2);
      await pool.apply(square, [1]);
      assert.deepEqual(await iterator.next(), { done: false, value: 0 });
      assert.deepEqual(await iterator.next(), { done: false, value: 1 });
      assert.deepEqual(await iterator.next(), DONE);
    }),
);

test(
  "Aborting rejects the next() that waits, ends the input and then the iteration",
  { timeout },
  () =>
    withPool(1, async (pool) => {
      const gate = newGate();
      const controller = new AbortController();
      const input = new Input(range(100).map((i): [typeof gate, number] => [gate, i]));
      const iterator = pool.imap(passGateAt, input, { signal: controller.signal });
      const step = iterator.next();
      controller.abort(new RangeError("enough"));
      await assert.rejects(step, { name: "RangeError", message: "enough" });
      assert.deepEqual(await iterator.next(), DONE);
      assert.equal(input.returned, 1);
      assert.throws(() => pool.imap(square, [1], { signal: controller.signal }), { message: "enough" });
      assert.equal(await pool.apply(square, [3]), 9);
    }),
);

test("close lets an iteration that was begun go on to its end", { timeout }, () =>
  withPool(2, async (pool) => {
    const sync = pool.imap(square, range(100));
    const async = pool.imapUnordered(square, later(range(100)));
    pool.close();
    assert.throws(() => pool.imap(square, [1]), PoolClosedError);
    assert.deepEqual(await Array.fromAsync(sync), squares(100));
    assert.equal(pool.stats().state, "closing");
    assert.equal((await Array.fromAsync(async)).length, 100);
    await pool.join();
    assert.equal(pool.stats().alive, 0);
  }));

test(
  "terminate rejects the next() that waits for a worker or for the input",
  { timeout },
  () =>
    withPool(1, async (pool) => {
      const gate = newGate();
      const byWorker = pool.imap(passGateAt, [[gate, 0]] as [typeof gate, number][]);
      const byInput = pool.imap(square, {
        [Symbol.asyncIterator]: () => ({ next: () => new Promise<IteratorResult<number>>(() => {}) }),
      });
      const steps = [byWorker.next(), byInput.next()].map((step) => assert.rejects(step, PoolClosedError));
      await pool.terminate();
      await Promise.all(steps);
      assert.deepEqual(await byInput.next(), DONE);
    }),
);

test(
  "An input whose steps are thenables that are no promises is waited for",
  { timeout },
  () =>
    withPool(1, async (pool) => {
      let count = 0;
      const step = (): PromiseLike<IteratorResult<number>> => ({
        then: (resolve) =>
          Promise.resolve({ done: count >= 3, value: count++ } as IteratorResult<number>).then(resolve),
      });
      const input = { [Symbol.asyncIterator]: () => ({ next: step as () => Promise<IteratorResult<number>> }) };
      assert.deepEqual(await Array.fromAsync(pool.imap(square, input)), [0, 1, 4]);
    }),
);
