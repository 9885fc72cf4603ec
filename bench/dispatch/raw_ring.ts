/**
 * The upper bound: numbers in shared memory, a ring a thread, nothing else; no errors, no cancelling, no bound checked.
 * The threads wait by `Atomics.wait`, the caller by `Atomics.waitAsync`.
 */
import { Worker } from "node:worker_threads";
import type { Contestant } from "./contestant.ts";
import { measure } from "./measure.ts";

/** More than can be in flight. */
const SLOTS = 32_768;
const [SENT, DONE, STOP] = [0, 1, 2];

function ring(): Contestant & { load(): number } {
  const words = new Int32Array(new SharedArrayBuffer(12));
  const slots = new Float64Array(new SharedArrayBuffer(8 * SLOTS));
  new Worker(new URL("./raw_ring_worker.mjs", import.meta.url), { workerData: { words, slots } });
  const pending: ((value: number) => void)[] = [];
  let [sent, taken, isWaiting] = [0, 0, false];
  const collect = async (): Promise<void> => {
    isWaiting = true;
    while (taken < sent) {
      await Atomics.waitAsync(words, DONE, taken).value;
      for (const done = Atomics.load(words, DONE); taken < done; taken++) {
        pending[taken % SLOTS]!(slots[taken % SLOTS]!);
      }
    }
    isWaiting = false;
  };
  return {
    load: () => sent - taken,
    call: (x) =>
      new Promise((resolve) => {
        pending[sent % SLOTS] = resolve;
        slots[sent % SLOTS] = x;
        Atomics.store(words, SENT, ++sent);
        Atomics.notify(words, SENT);
        if (!isWaiting) void collect();
      }),
    stop: () => {
      Atomics.store(words, STOP, 1);
      Atomics.add(words, SENT, 1);
      Atomics.notify(words, SENT);
    },
  };
}

await measure(() => {
  const [one, other] = [ring(), ring()];
  return {
    call: (x) => one.load() <= other.load() ? one.call(x) : other.call(x),
    stop: () => {
      one.stop();
      other.stop();
    },
  };
});
