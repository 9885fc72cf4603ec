import { task } from "../../mod.ts";
import { doubleInPlace } from "../../src/kernels/double.ts";

/** Doubles `length` f64 items of the linear memory `times` times in this worker. */
export const doubleOften: (byteOffset: number, length: number, times: number) => void = task(
  import.meta,
  function doubleOften(byteOffset, length, times) {
    for (let at = 0; at < times; at++) doubleInPlace("d", byteOffset, length);
  },
);
