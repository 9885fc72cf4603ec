import { FrameKind } from "../channel/frames.ts";
import { isStopRequested } from "../core/stop_request.ts";
import { isThenable } from "../core/thenable.ts";

type Callable = (...args: unknown[]) => unknown;

/** What a chunk gave: `Result` with its values, or `Outcomes` with `[ok, value or error]` where a call threw. */
export interface ChunkAnswer {
  readonly kind: number;
  readonly value: unknown[];
}

/**
 * Calls `fn` for each item of a chunk. A call that throws fails its own item only. Stays synchronous as long as the
 * calls do.
 */
export function runChunk(fn: Callable, items: unknown[], spread: boolean): ChunkAnswer | Promise<ChunkAnswer> {
  const values: unknown[] = new Array(items.length);
  for (let i = 0; i < items.length; i++) {
    try {
      const value = spread ? fn(...items[i] as unknown[]) : fn(items[i]);
      if (isThenable(value)) return finishLater(fn, items, spread, values, i, value);
      values[i] = value;
    } catch (error) {
      return finishLater(fn, items, spread, values, i, Promise.reject(error));
    }
  }
  return { kind: FrameKind.Result, value: values };
}

/** Goes on from item `at`, whose call gave `first`. */
async function finishLater(
  fn: Callable,
  items: unknown[],
  spread: boolean,
  values: unknown[],
  at: number,
  first: PromiseLike<unknown>,
): Promise<ChunkAnswer> {
  const outcomes: [boolean, unknown][] = [];
  let failed = false;
  for (let i = 0; i < at; i++) outcomes.push([true, values[i]]);
  for (let i = at; i < items.length && !isStopRequested(); i++) {
    try {
      const call = i === at ? first : spread ? fn(...items[i] as unknown[]) : fn(items[i]);
      outcomes.push([true, await call]);
    } catch (error) {
      failed = true;
      outcomes.push([false, error]);
    }
  }
  if (failed) return { kind: FrameKind.Outcomes, value: outcomes };
  return { kind: FrameKind.Result, value: outcomes.map(([, value]) => value) };
}
