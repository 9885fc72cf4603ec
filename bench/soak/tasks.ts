import process from "node:process";
import { type DictProxy, type Lock, OwnerDiedError, type Queue, type SharedValue, task } from "manyhands";
import { checksum } from "./checksum.ts";

/** An item of the load, and its answer. */
export interface Item {
  readonly id: number;
  readonly payload: Uint8Array | string;
}
export type Answer = readonly [id: number, sum: number];

export const answer: (item: Item) => Answer = task(import.meta, function answer({ id, payload }: Item): Answer {
  return [id, checksum(id, payload)];
});

export const answerLater: (item: Item) => Promise<Answer> = task(
  import.meta,
  async function answerLater({ id, payload }: Item): Promise<Answer> {
    await new Promise((resolve) => setTimeout(resolve, id % 4));
    return [id, checksum(id, payload)];
  },
);

/** Ends its worker a moment later, whatever that does then. */
export const endSoon: (milliseconds: number) => void = task(
  import.meta,
  function endSoon(milliseconds: number): void {
    setTimeout(() => process.exit(9), milliseconds);
  },
);

/** Puts items with numbers from `first` on, and their checksums. */
export const produce: (queue: Queue<Answer>, first: number, count: number) => Promise<number> = task(
  import.meta,
  async function produce(queue: Queue<Answer>, first: number, count: number): Promise<number> {
    for (let id = first; id < first + count; id++) await queue.put([id, checksum(id, `${id}`)]);
    return count;
  },
);

/** As `produce`, and then ends its process with code 3. */
export const produceAndExit: (queue: Queue<Answer>, first: number, count: number) => Promise<void> = task(
  import.meta,
  async function produceAndExit(queue: Queue<Answer>, first: number, count: number): Promise<void> {
    await produce(queue, first, count);
    process.exit(3);
  },
);

/** Counts one up under the lock, which may be that of a worker that was killed. */
export const countUp: (lock: Lock, counter: SharedValue<"i">) => Promise<void> = task(
  import.meta,
  async function countUp(lock: Lock, counter: SharedValue<"i">): Promise<void> {
    for (;;) {
      try {
        const guard = await lock.acquire();
        counter.value = counter.value + 1;
        guard!.release();
        return;
      } catch (error) {
        if (!(error instanceof OwnerDiedError)) throw error;
        lock.recover();
      }
    }
  },
);

export const store: (dict: DictProxy<number, number>, id: number) => Promise<void> = task(
  import.meta,
  async function store(dict: DictProxy<number, number>, id: number): Promise<void> {
    await dict.set(id, checksum(id, `${id}`));
  },
);
