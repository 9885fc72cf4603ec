import type { Doubleable } from "./double.ts";

/** Doubles every item in place, item after item: what the kernel is tested against. Overflow of 32-bit integers wraps. */
export function doubleTwin<T extends Doubleable>(array: T): T {
  for (let at = 0; at < array.length; at++) array[at] = array[at]! * 2;
  return array;
}
