import process from "node:process";
import { inPlace, locks, managers, processes, queues, texts } from "./object_steps.ts";
import {
  calls,
  cancels,
  imaps,
  imapsUnordered,
  kills,
  maps,
  resizes,
  shortPools,
  slowConsumers,
} from "./pool_steps.ts";
import type { Random } from "./random.ts";
import { choose, type Step, type Tally } from "./step.ts";

/** A kill from outside, at any moment, of a worker that is a process. */
export function killChild(random: Random, children: readonly number[], tally: Tally): void {
  if (children.length === 0) return;
  tally.kills++;
  process.kill(choose(children, random), "SIGKILL");
}

/** The steps, each as often as its weight. */
export const steps: readonly Step[] = [
  ...[calls, maps, imaps, imapsUnordered, cancels, kills].flatMap((step) => [step, step, step]),
  ...[inPlace, queues, locks, slowConsumers].flatMap((step) => [step, step]),
  ...[managers, shortPools, resizes, processes, texts],
];
