import process from "node:process";
import { median } from "../frame/statistics.ts";
import { besideBusyCore } from "./busy_core.ts";
import { checkAnswers } from "./check_answers.ts";
import type { Contestant } from "./contestant.ts";
import { measureCost } from "./cost.ts";
import { allAtOnce, inFlight, timed } from "./lanes.ts";
import { print } from "./print.ts";
import type { CostMeasure, StartMeasure } from "./series.ts";

const TASKS = 20_000;
const IN_FLIGHT = 64;
const SINGLE_TASKS = 4_000;
const PASSES = 3;
/** Beside a busy program, where passes differ by a multiple. */
const BUSY_PASSES = 9;
/** What goes before the passes that count, of the same kind: compilers are at work then, and heaps grow. */
const WARM_UP_MILLISECONDS = 1000;

/**
 * Measures a contestant and prints each figure as a line of its own, as soon as it is there: those of its calls, or,
 * where the program's argument names such a measure, its start or what a task costs by the number of tasks.
 */
export async function measure(start: () => Contestant): Promise<void> {
  const named = process.argv[2] as StartMeasure | CostMeasure | undefined;
  if (named === undefined) await measureCalls(start());
  else if (named === "first") await measureStart(start);
  else await measureCost(named, start());
}

async function measureStart(start: () => Contestant): Promise<void> {
  const begun = performance.now();
  const contestant = start();
  const answers = [await contestant.call(0)];
  print({ first: performance.now() - begun });
  checkAnswers(answers);
  await contestant.stop();
}

async function measureCalls(contestant: Contestant): Promise<void> {
  checkAnswers([await contestant.call(0)]);
  const call = (x: number): Promise<number> => contestant.call(x);
  const { rate, answers } = await timed(TASKS, () => allAtOnce(TASKS, call));
  checkAnswers(answers);
  print({ cold: rate });
  print({ inFlight64: await warmRate(TASKS, () => inFlight(TASKS, IN_FLIGHT, call)) });
  print({ allAtOnce: await warmRate(TASKS, () => allAtOnce(TASKS, call)) });
  print({ roundTrip: 1e6 / await warmRate(SINGLE_TASKS, () => inFlight(SINGLE_TASKS, 1, call)) });
  const busy = await besideBusyCore(() => warmRate(TASKS, () => inFlight(TASKS, IN_FLIGHT, call), BUSY_PASSES));
  print({ besideBusy: busy });
  await contestant.stop();
}

async function warmRate(tasks: number, pass: () => Promise<number[]>, passes: number = PASSES): Promise<number> {
  const begun = performance.now();
  do checkAnswers(await pass()); while (performance.now() - begun < WARM_UP_MILLISECONDS);
  const rates: number[] = [];
  for (let i = 0; i < passes; i++) {
    const { rate, answers } = await timed(tasks, pass);
    checkAnswers(answers);
    rates.push(rate);
  }
  return median(rates);
}
