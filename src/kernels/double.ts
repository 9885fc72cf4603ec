import { throwIfStopRequested } from "../core/stop_request.ts";
import { isLinearView } from "../memory/linear_memory.ts";
import { kernelExports } from "./instance.ts";
import { workInScratch } from "./scratch.ts";

/** The arrays that {@linkcode double} works on. */
export type Doubleable = Float64Array | Float32Array | Int32Array;

/** Items between two looks at the stop word: about a millisecond of work. */
const SLICE_ITEMS = 1 << 20;

/** Typecode of the arrays that {@linkcode doubleInPlace} works on: f64, f32, i32. */
export type DoubleTypecode = "d" | "f" | "i";

/**
 * Doubles every item of an array in place and returns the array. A view on the linear memory is doubled where it lies;
 * any other array goes through the linear memory slice by slice. Overflow of 32-bit integers wraps.
 *
 * ```ts
 * double(Float64Array.of(1, 2.5)); // Float64Array [2, 5]
 * ```
 *
 * @throws {TypeError} if `array` is no Float64Array, Float32Array or Int32Array.
 */
export function double<T extends Doubleable>(array: T): T {
  const typecode = typecodeOf(array);
  if (isLinearView(array)) {
    doubleInPlace(typecode, array.byteOffset, array.length);
    return array;
  }
  kernelExports(); // before memory is taken for it: it throws where this thread may not use kernels any more
  const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  workInScratch(bytes, (input, length) => doubleInPlace(typecode, input, length / array.BYTES_PER_ELEMENT));
  return array;
}

/**
 * Doubles `length` items from `byteOffset` of the linear memory on.
 *
 * @throws {TypeError} if `typecode` is none of `"d"`, `"f"`, `"i"`.
 * @throws {ManyhandsError} with code `ERR_STOPPED` when this worker is told to stop.
 */
export function doubleInPlace(typecode: string, byteOffset: number, length: number): void {
  const kernel = kernelOf(typecode);
  const itemBytes = typecode === "d" ? 8 : 4;
  for (let at = 0; at < length; at += SLICE_ITEMS) {
    throwIfStopRequested();
    kernel(byteOffset + at * itemBytes, Math.min(SLICE_ITEMS, length - at));
  }
}

function kernelOf(typecode: string): (address: number, length: number) => void {
  const { double_f64, double_f32, double_i32 } = kernelExports();
  switch (typecode) {
    case "d":
      return double_f64;
    case "f":
      return double_f32;
    case "i":
      return double_i32;
    default:
      throw new TypeError(`Cannot double items of typecode ${JSON.stringify(typecode)}: expected "d", "f" or "i"`);
  }
}

function typecodeOf(array: unknown): DoubleTypecode {
  if (array instanceof Float64Array) return "d";
  if (array instanceof Float32Array) return "f";
  if (array instanceof Int32Array) return "i";
  throw new TypeError(
    `Cannot double ${
      Object.prototype.toString.call(array).slice(8, -1)
    }: expected a Float64Array, Float32Array or Int32Array`,
  );
}
