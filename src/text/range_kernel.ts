import { kernelExports } from "../kernels/instance.ts";
import { allocate } from "../memory/allocator.ts";
import { typedView } from "../memory/linear_memory.ts";

/** What the kernel does with invalid UTF-8: 0 passes it through, 1 stops at it, 2 replaces it. */
export type InvalidMode = 0 | 1 | 2;
export const invalidMode = (p: "pass" | "error" | "replace"): InvalidMode => p === "pass" ? 0 : p === "error" ? 1 : 2;
export const End = { open: 0, closed: 1, cased: 2 } as const;
export type End = 0 | 1 | 2;
export const Status = { ok: 0, full: 1, invalid: 2 } as const;
export const SigmaFollow = { undecided: 0, notCased: 1, cased: 2 } as const;
let scratch = 0;
export function lowerRange(src: number, len: number, dst: number, capacity: number, invalid: InvalidMode, end: End, context: number): { status: number; consumed: number; produced: number; context: number } {
  scratch ||= allocate(16);
  kernelExports().lowercase(src, len, dst, capacity, invalid | (end << 2), context, scratch);
  const r = typedView(Uint32Array, scratch, 4);
  return { status: r[0]!, consumed: r[1]!, produced: r[2]!, context: r[3]! };
}
export function firstReset(a: number, n: number): number {
  return kernelExports().first_reset(a, n);
}
/** -1 if none */
export function lastReset(a: number, n: number): number {
  return kernelExports().last_reset(a, n) | 0;
}
export function sigmaFollow(a: number, n: number): number {
  return kernelExports().sigma_follow(a, n);
}
export function incompleteTail(a: number, n: number): number {
  return kernelExports().incomplete_tail(a, n);
}
