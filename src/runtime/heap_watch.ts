import { builtin } from "./builtin.ts";
import { process } from "./host_process.ts";

const timers = builtin<typeof import("node:timers")>("node:timers");

/** Milliseconds between two looks. */
const INTERVAL = 100;
/** Time that a thread works, at the least, for each time that it collects. */
const WORK_RATIO = 20;

/** When and how a thread collects its garbage. */
export interface HeapWatch {
  /** Memory of the whole process, in bytes, above which its threads collect. */
  readonly ceilingBytes: number;
  /** Whether this thread has garbage that is worth it; always if undefined. */
  readonly isWorthwhile?: () => boolean;
  readonly collect: () => void;
}

let isWatched = false;

/** Has this thread collect from now on, by what the first call in it prepares, where memory is above the ceiling. */
export function watchHeap(prepare: () => HeapWatch | undefined): void {
  if (isWatched) return;
  isWatched = true;
  const watch = prepare();
  if (watch === undefined) return;
  const { ceilingBytes, isWorthwhile, collect } = watch;
  let next = 0;
  timers().setInterval(() => {
    const began = performance.now();
    if (began < next || isWorthwhile?.() === false || process.memoryUsage.rss() <= ceilingBytes) return;
    collect();
    const ended = performance.now();
    next = ended + WORK_RATIO * (ended - began);
  }, INTERVAL).unref();
}
