import { median } from "../frame/statistics.ts";

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
  for (let i = 0; i < WARM_UP_PASSES; i++) {
    await inFlight(contestant, TASKS, IN_FLIGHT);
  }
  print({
    inFlight64: await middle(() => rate(TASKS, () => inFlight(contestant, TASKS, IN_FLIGHT))),
  });
  print({
    allAtOnce: await middle(() => rate(TASKS, () => inFlight(contestant, TASKS, TASKS))),
  });
  print({
    roundTrip: 1e6 /
      await middle(() => rate(SINGLE_TASKS, () => inFlight(contestant, SINGLE_TASKS, 1))),
  });
  await contestant.stop();
}

function print(figures: Readonly<{ [measure: string]: number }>): void {
  console.log(JSON.stringify(figures));
}

async function checked(contestant: Contestant, x: number): Promise<void> {
  const doubled = await contestant.call(x);
  if (doubled !== 2 * x) {
    throw new Error(`Wrong answer: 2 * ${x} is not ${doubled}`);
  }
}

async function inFlight(
  contestant: Contestant,
  tasks: number,
  limit: number,
): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < tasks) await checked(contestant, next++);
  };
  await Promise.all(Array.from({ length: limit }, lane));
}

async function rate(tasks: number, run: () => Promise<void>): Promise<number> {
  const begun = performance.now();
  await run();
  return tasks / ((performance.now() - begun) / 1000);
}

async function middle(pass: () => Promise<number>): Promise<number> {
  const values: number[] = [];
  for (let i = 0; i < PASSES; i++) values.push(await pass());
  return median(values);
}
