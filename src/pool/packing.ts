/** Microseconds of work that a worker is given before another one is woken: about what the waking costs. */
const PACK_US = 50;
/** Tasks at most that are packed so. */
const PACK_TASKS = 128;

/** Calls that go to a worker at work before another one is woken for them, where each takes so many microseconds. */
export function packedCalls(callCost: number): number {
  return Math.min(PACK_TASKS, PACK_US / callCost);
}
