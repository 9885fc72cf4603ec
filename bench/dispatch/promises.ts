/**
 * What no pool can beat: calls whose promises the caller's own thread resolves in its next turn. What they take is the
 * caller's part of every contestant's time.
 */
import type { Contestant } from "./contestant.ts";
import { measure } from "./measure.ts";

function promisesAlone(): Contestant {
  let waiting: { resolve: (value: number) => void; value: number }[] = [];
  const settle = (): void => {
    const due = waiting;
    waiting = [];
    for (const { resolve, value } of due) resolve(value);
  };
  return {
    call: (x) =>
      new Promise((resolve) => {
        if (waiting.push({ resolve, value: 2 * x }) === 1) setImmediate(settle);
      }),
    stop: () => {},
  };
}

await measure(promisesAlone);
