import { markInPlace, markTask } from "../core/task_reference.ts";
import { double, type Doubleable, doubleInPlace } from "./double.ts";
import { lowercase, type Lowercased, type LowercaseOptions } from "./lowercase.ts";

const url = import.meta.url;

/** The kernels, functions that run in WASM. */
export interface Kernels {
  /**
   * Doubles each item of an array in place and returns it. A view on the linear memory is doubled where it lies, any
   * other array is copied through it. In a pool also `pool.mapInPlace(kernels.double, sharedArray)`.
   *
   * @throws {TypeError} if `array` is no Float64Array, Float32Array or Int32Array
   */
  readonly double: <T extends Doubleable>(array: T) => T;
  /**
   * Lower-cases a string, or UTF-8 bytes, by all rules of Unicode 17.0 and gives the same kind.
   *
   * @throws {InvalidUtf8Error} with the offset of the first invalid byte, if `invalid` is `"error"`
   */
  readonly lowercase: <T extends string | Uint8Array>(input: T, options?: LowercaseOptions) => Lowercased<T>;
}

/**
 * Functions that run in WASM, here or as tasks of a pool.
 *
 * @example
 * ```ts
 * import { kernels, Pool } from "@manyhands/manyhands";
 *
 * console.log(kernels.lowercase("ΟΔΟΣ")); // οδος
 * const pool = new Pool(2);
 * console.log(await pool.map(kernels.lowercase<string>, ["ΠΡΩΤΟΣ", "ÉTÉ"])); // [ "πρωτος", "été" ]
 * await pool.terminate();
 * ```
 */
export const kernels: Kernels = {
  double: markInPlace(
    markTask(double, { url, name: "double" }),
    markTask(doubleInPlace, { url, name: "doubleInPlace" }),
  ),
  lowercase: markTask(lowercase, { url, name: "lowercase" }),
};
