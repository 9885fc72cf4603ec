/** What only this project is asked: `own_series.ts tasks|workers|idle` prints a series of figures. */
import process from "node:process";
import { median } from "../frame/statistics.ts";
import { isMainProcess, Pool, task, type TaskLike } from "manyhands";
import { checkAnswers } from "./check_answers.ts";
import { idlePercent } from "./idle_percent.ts";
import { inFlight, timed } from "./lanes.ts";
import { print } from "./print.ts";
import { series } from "./series.ts";

const double = task(import.meta, function double(x: number): number {
  return 2 * x;
});

const doubleLater = task(import.meta, async function doubleLater(x: number): Promise<number> {
  await null;
  return 2 * x;
});

const IN_FLIGHT = 64;
const TASKS = 20_000;
const PASSES = 5;
const WARM_UP_MILLISECONDS = 1_000;
/** More than elsewhere: many workers compile at different times, for longer. */
const WORKERS_PASSES = 100;

async function rate(pool: Pool, tasks: number, fn: TaskLike<[number], number | Promise<number>>): Promise<number> {
  const { rate, answers } = await timed(tasks, () => inFlight(tasks, IN_FLIGHT, (x) => pool.apply(fn, [x])));
  checkAnswers(answers);
  return rate;
}

async function warmPool(workers: number): Promise<Pool> {
  const pool = new Pool(workers);
  // Many come up a few at a time.
  while (pool.stats().alive < workers) await rate(pool, TASKS, double);
  await warmUp(pool, double);
  return pool;
}

async function warmUp(pool: Pool, fn: TaskLike<[number], number | Promise<number>>): Promise<void> {
  const begun = performance.now();
  do await rate(pool, TASKS, fn); while (performance.now() - begun < WARM_UP_MILLISECONDS);
}

const measures: Readonly<{ [name: string]: () => Promise<void> }> = {
  async tasks() {
    const pool = await warmPool(2);
    await warmUp(pool, doubleLater);
    const rates: number[][] = [[], []];
    for (let pass = 0; pass < PASSES; pass++) {
      for (const [at, fn] of [double, doubleLater].entries()) rates[at]!.push(await rate(pool, TASKS, fn));
    }
    for (const [at, name] of series.tasks.entries()) print({ [name]: { tasks: median(rates[at]!) } });
    await pool.terminate();
  },
  async workers() {
    for (const [at, name] of series.workers.entries()) {
      const pool = await warmPool(2 ** at);
      const rates: number[] = [];
      for (let pass = 0; pass < WORKERS_PASSES; pass++) rates.push(await rate(pool, TASKS, double));
      print({ [name]: { workers: median(rates) } });
      await pool.terminate();
    }
  },
  async idle() {
    const pool = await warmPool(2);
    print({ [series.idle[0]!]: { idle: await idlePercent() } });
    await pool.terminate();
  },
};

if (isMainProcess) await measures[process.argv[2]!]!();
