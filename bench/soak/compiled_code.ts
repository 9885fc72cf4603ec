import { collectGarbage } from "./collect_garbage.ts";
import { usage } from "./usage.ts";

interface Shrinking {
  readonly Bun?: { shrink(): void };
}

/** What the main thread gets to do it when it is idle, and how often it is collected then. */
const PAUSE_MS = 250;
const PAUSES = 8;

/** Resident KiB when Bun has dropped the code that the main thread has compiled; `undefined` on the others. */
export async function residentWithoutCode(): Promise<number | undefined> {
  const { Bun } = globalThis as Shrinking;
  if (Bun === undefined) return undefined;
  Bun.shrink();
  for (let i = 0; i < PAUSES; i++) {
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    collectGarbage();
  }
  return usage().residentKib;
}
