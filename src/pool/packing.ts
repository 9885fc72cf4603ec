import { FrameKind } from "../channel/frames.ts";
import type { PoolTask } from "./pool_task.ts";

/** Microseconds of work that a worker is given before another one is woken: about what the waking costs. */
const PACK_US = 50;
/** Tasks at most that are packed so. */
const PACK_TASKS = 128;

/** Tasks that go to a worker at work before another one is woken for them. */
export function packed(task: PoolTask): number {
  return task.kind === FrameKind.Apply ? Math.min(PACK_TASKS, PACK_US / task.fn.callCost) : 1;
}
