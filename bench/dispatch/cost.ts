import { median } from "../frame/statistics.ts";
import { checkAnswers } from "./check_answers.ts";
import type { Contestant } from "./contestant.ts";
import { inFlight, timed } from "./lanes.ts";
import { print } from "./print.ts";
import { type CostMeasure, series } from "./series.ts";

const IN_FLIGHT = 64;
/** Short passes are repeated up to so many tasks. */
const TASKS = 20_000;
const MOST_PASSES = 200;
const WARM_UP_MILLISECONDS = 1000;

/** Prints what a task costs a contestant where there are 10 to 10,000,000, in microseconds: medians of passes. */
export async function measureCost(measure: CostMeasure, contestant: Contestant): Promise<void> {
  const call = (x: number): Promise<number> => contestant.call(x);
  const pass = (tasks: number) => timed(tasks, () => inFlight(tasks, IN_FLIGHT, call));
  const begun = performance.now();
  do await pass(TASKS); while (performance.now() - begun < WARM_UP_MILLISECONDS);
  for (const [at, name] of series[measure].entries()) {
    const tasks = 10 ** (at + 1);
    const costs: number[] = [];
    for (let i = 0; i < Math.max(1, Math.min(MOST_PASSES, TASKS / tasks)); i++) {
      const { rate, answers } = await pass(tasks);
      checkAnswers(answers);
      costs.push(1e6 / rate);
    }
    print({ [name]: { [measure]: median(costs) } });
  }
  await contestant.stop();
}
