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

/** Rates in tasks per second, the round trip in microseconds, the start in milliseconds; medians of several passes. */
export interface DispatchFigures {
  inFlight64: number;
  allAtOnce: number;
  roundTripMicroseconds: number;
  firstResultMilliseconds: number;
}

/** Measures a contestant and prints the figures as one line of JSON. */
export async function measure(start: () => Contestant): Promise<void> {
  const begun = performance.now();
  const contestant = start();
  await checked(contestant, 1);
  const firstResultMilliseconds = performance.now() - begun;
  for (let i = 0; i < WARM_UP_PASSES; i++) await inFlight(contestant, TASKS, IN_FLIGHT);
  const figures: DispatchFigures = {
    inFlight64: await median(() => rate(TASKS, () => inFlight(contestant, TASKS, IN_FLIGHT))),
    allAtOnce: await median(() => rate(TASKS, () => inFlight(contestant, TASKS, TASKS))),
    roundTripMicroseconds: 1e6 / await median(() => rate(SINGLE_TASKS, () => inFlight(contestant, SINGLE_TASKS, 1))),
    firstResultMilliseconds,
  };
  await contestant.stop();
  console.log(JSON.stringify(figures));
}

async function checked(contestant: Contestant, x: number): Promise<void> {
  const doubled = await contestant.call(x);
  if (doubled !== 2 * x) throw new Error(`Wrong answer: 2 * ${x} is not ${doubled}`);
}

async function inFlight(contestant: Contestant, tasks: number, limit: number): Promise<void> {
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

async function median(pass: () => Promise<number>): Promise<number> {
  const values: number[] = [];
  for (let i = 0; i < PASSES; i++) values.push(await pass());
  return values.sort((a, b) => a - b)[PASSES >> 1]!;
}
