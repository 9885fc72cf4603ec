import { kernelExports } from "../kernels/instance.ts";

// The kernels' questions about where lower-casing depends on what is around it. Addresses are byte offsets into the
// linear memory, lengths are bytes.

/** What follows a capital sigma, as far as the text goes. */
export type SigmaFollow = "undecided" | "not-cased" | "cased";

const FOLLOWS: readonly SigmaFollow[] = ["undecided", "not-cased", "cased"];

/** Offset of the first byte before which text may be cut so that both sides are independent; `length` if none is. */
export function firstReset(address: number, length: number): number {
  return kernelExports().first_reset(address, length);
}

/** Offset of the last byte before which text may be cut so that both sides are independent; -1 if none is. */
export function lastReset(address: number, length: number): number {
  // The kernel answers 2³² - 1.
  return kernelExports().last_reset(address, length) | 0;
}

/** Whether the next code point that is not Case_Ignorable is Cased; what the end cuts leaves it undecided. */
export function sigmaFollow(address: number, length: number): SigmaFollow {
  return FOLLOWS[kernelExports().sigma_follow(address, length)]!;
}

/** Bytes at the end that begin a UTF-8 sequence which more text may complete: 0 to 3. */
export function incompleteTail(address: number, length: number): number {
  return kernelExports().incomplete_tail(address, length);
}
