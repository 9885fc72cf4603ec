import { median } from "../frame/statistics.ts";
import { inFlight, rate } from "./lanes.ts";
import { print } from "./print.ts";

/** A pool under test: calls double a number in one of two workers. */
export interface Contestant {
  call(x: number): Promise<number>;
  stop(): Promise<unknown> | unknown;
}

const TASKS = 20_000;
const IN_FLIGHT = 64;
const SINGLE_TASKS = 4_000;
const PASSES = 5;
/** Passes before those that count: a compiler is still at work then, longest on Bun. */
const WARM_UP_PASSES = 4;

/** Measures a contestant and prints each figure as a line of its own, as soon as it is there. */
export async function measure(start: () => Contestant): Promise<void> {
  const begun = performance.now();
  const contestant = start();
  await checked(contestant, 1);
  print({ first: performance.now() - begun });
  const call = (x: number): Promise<void> => checked(contestant, x);
  for (let i = 0; i < WARM_UP_PASSES; i++) await inFlight(TASKS, IN_FLIGHT, call);
  print({ inFlight64: await middle(() => rate(TASKS, IN_FLIGHT, call)) });
  print({ allAtOnce: await middle(() => rate(TASKS, TASKS, call)) });
  print({ roundTrip: 1e6 / await middle(() => rate(SINGLE_TASKS, 1, call)) });
  await contestant.stop();
}

async function checked(contestant: Contestant, x: number): Promise<void> {
  const doubled = await contestant.call(x);
  if (doubled !== 2 * x) {
    throw new Error(`Wrong answer: 2 * ${x} is not ${doubled}`);
  }
}

async function middle(pass: () => Promise<number>): Promise<number> {
  const values: number[] = [];
  for (let i = 0; i < PASSES; i++) values.push(await pass());
  return median(values);
}
