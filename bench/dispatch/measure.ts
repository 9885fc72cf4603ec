import { median } from "../frame/statistics.ts";
import { allAtOnce, inFlight, timed } from "./lanes.ts";
import { print } from "./print.ts";

/** A pool under test: calls double a number in one of two workers. */
export interface Contestant {
  call(x: number): Promise<number>;
  stop(): Promise<unknown> | unknown;
}

const TASKS = 20_000;
const IN_FLIGHT = 64;
const SINGLE_TASKS = 4_000;
const PASSES = 3;
/** What goes before the passes that count, of the same kind: compilers are at work then, and heaps grow. */
const WARM_UP_MILLISECONDS = 1000;

/** Measures a contestant and prints each figure as a line of its own, as soon as it is there. */
export async function measure(start: () => Contestant): Promise<void> {
  const begun = performance.now();
  const contestant = start();
  check([await contestant.call(0)]);
  print({ first: performance.now() - begun });
  const call = (x: number): Promise<number> => contestant.call(x);
  const { rate, answers } = await timed(TASKS, () => allAtOnce(TASKS, call));
  check(answers);
  print({ cold: rate });
  print({ inFlight64: await warmRate(TASKS, () => inFlight(TASKS, IN_FLIGHT, call)) });
  print({ allAtOnce: await warmRate(TASKS, () => allAtOnce(TASKS, call)) });
  print({ roundTrip: 1e6 / await warmRate(SINGLE_TASKS, () => inFlight(SINGLE_TASKS, 1, call)) });
  await contestant.stop();
}

/** Looks at the answers of a pass after its time was taken, so that every contestant's time is its own. */
function check(answers: readonly number[]): void {
  const wrong = answers.findIndex((answer, x) => answer !== 2 * x);
  if (wrong >= 0) throw new Error(`Wrong answer: 2 * ${wrong} is not ${answers[wrong]}`);
}

async function warmRate(tasks: number, pass: () => Promise<number[]>): Promise<number> {
  const begun = performance.now();
  do check(await pass()); while (performance.now() - begun < WARM_UP_MILLISECONDS);
  const rates: number[] = [];
  for (let i = 0; i < PASSES; i++) {
    const { rate, answers } = await timed(tasks, pass);
    check(answers);
    rates.push(rate);
  }
  return median(rates);
}
