import { markInPlace, markTask } from "../core/task_reference.ts";
import { double, doubleInPlace } from "./double.ts";
import { lowercase } from "./lowercase.ts";

const url = import.meta.url;

/**
 * Functions that run in WASM, here or as tasks of a pool.
 *
 * ```ts
 * kernels.lowercase("ΟΔΟΣ"); // "οδος"
 * await pool.map(kernels.lowercase, ["ΠΡΩΤΟΣ", "ÉTÉ"]);
 * await pool.mapInPlace(kernels.double, sharedArray);
 * ```
 */
export const kernels: { readonly double: typeof double; readonly lowercase: typeof lowercase } = {
  double: markInPlace(
    markTask(double, { url, name: "double" }),
    markTask(doubleInPlace, { url, name: "doubleInPlace" }),
  ),
  lowercase: markTask(lowercase, { url, name: "lowercase" }),
};
