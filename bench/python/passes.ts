const PASSES = 5;
/** Passes before those that count: a compiler is still at work then. */
const WARM_UP_PASSES = 3;

/** Seconds of a unit, in which a time is given. */
export const unitSeconds = { ms: 1e-3, µs: 1e-6, ns: 1e-9 } as const;

/**
 * Runs something that does so many operations several times, and prints the median time of one operation in the unit, as
 * one line of JSON.
 */
export async function printMedian(
  unit: keyof typeof unitSeconds,
  operations: number,
  run: () => Promise<void> | void,
  passes: number = PASSES,
): Promise<void> {
  const times: number[] = [];
  for (let pass = -WARM_UP_PASSES; pass < passes; pass++) {
    const begun = performance.now();
    await run();
    const time = (performance.now() - begun) / 1000 / operations / unitSeconds[unit];
    if (pass >= 0) times.push(time);
  }
  console.log(JSON.stringify(times.sort((a, b) => a - b)[passes >> 1]));
}

/** Throws where a contestant answered something else: a wrong answer is no figure. */
export function expectSame(found: unknown, expected: unknown): void {
  if (found !== expected) throw new Error(`Wrong answer: expected ${String(expected)}, found ${String(found)}`);
}
