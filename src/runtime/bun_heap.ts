import { watchHeap } from "./heap_watch.ts";

/** Memory of the whole process above which its threads collect their garbage at once. */
const CEILING_BYTES = 112 * 1024 * 1024;

interface BunGlobal {
  readonly Bun: { gc(force: boolean): number };
}

/**
 * Keeps this thread's garbage from piling up. Bun's collector leaves a thread tens of mebibytes of it, which of several
 * threads add up, and takes its time where a thread is hardly ever idle.
 */
export function keepBunHeapSmall(): void {
  const { Bun } = globalThis as unknown as BunGlobal;
  watchHeap(() => ({ ceilingBytes: CEILING_BYTES, collect: () => void Bun.gc(true) }));
}
