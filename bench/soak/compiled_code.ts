import { collectGarbage } from "./collect_garbage.ts";
import { usage } from "./usage.ts";

interface Shrinking {
  readonly Bun?: { shrink(): void };
}

/** Looks between two drops of Bun's compiled code: of a run of five minutes each part that is compared has one. */
const LOOKS_A_DROP = 10;
/** What the main thread gets to do it when it is idle, and how often it is collected then. */
const PAUSE_MS = 250;
const PAUSES = 8;

/** To be called at each look: has Bun drop the code that the main thread has compiled every few looks; nothing on the others. */
export function codeDropper(): () => void {
  let looks = 0;
  return () => {
    if (++looks % LOOKS_A_DROP === 0) dropCompiledCode();
  };
}

function dropCompiledCode(): void {
  const { Bun } = globalThis as Shrinking;
  Bun?.shrink();
}

/** Resident KiB when Bun has dropped the code that the main thread has compiled; `undefined` on the others. */
export async function residentWithoutCode(): Promise<number | undefined> {
  const { Bun } = globalThis as Shrinking;
  if (Bun === undefined) return undefined;
  dropCompiledCode();
  for (let i = 0; i < PAUSES; i++) {
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    collectGarbage();
  }
  return usage().residentKib;
}
