import { InvalidUtf8Error } from "../core/errors.ts";
import { throwIfStopRequested } from "../core/stop_request.ts";
import { heapBytes } from "../memory/linear_memory.ts";
import { runtime } from "../runtime/current.ts";
import { kernelExports } from "./instance.ts";
import { type InvalidMode, lowercaseRange, type RangeOptions } from "./lowercase_range.ts";
import { kernelScratch, SLICE_BYTES } from "./scratch.ts";

/**
 * Lower-cases UTF-8 from anywhere: in slices through the linear memory.
 *
 * @throws {InvalidUtf8Error} with the offset of the first invalid byte, if `invalid` is `"error"`.
 * @throws {ManyhandsError} with code `ERR_STOPPED` when this worker is told to stop.
 */
export function lowercaseBytes(input: Uint8Array, invalid: InvalidMode): Uint8Array<ArrayBuffer> {
  const { incomplete_tail } = kernelExports();
  const scratch = kernelScratch();
  let output = new Uint8Array(input.length);
  let written = 0;
  let context = 0;
  for (let at = 0; at < input.length;) {
    throwIfStopRequested();
    const length = copyIn(input, at, scratch.input);
    const run = (bytes: number, end: RangeOptions["end"]) =>
      lowercaseRange(scratch.input, bytes, scratch.output, scratch.outputBytes, { invalid, end: end!, context });
    let result = run(length, at + length === input.length ? "end" : "more");
    if (result.status === "ok" && result.consumed === 0) {
      // The slice is a Σ and nothing that decides it.
      const known = length - incomplete_tail(scratch.input, length);
      const isCased = casedFollows(input, at + known, scratch.output);
      result = run(known, isCased ? "cased" : "end");
    }
    if (written + result.produced > output.length) {
      const rest = input.length - at - result.consumed;
      const grown = new Uint8Array(written + result.produced + rest + (rest >>> 1));
      grown.set(output.subarray(0, written));
      output = grown;
    }
    const made = heapBytes().subarray(scratch.output, scratch.output + result.produced);
    runtime.copy(output.subarray(written, written + made.length), made);
    written += result.produced;
    at += result.consumed;
    context = result.context;
    if (result.status === "invalid") throw new InvalidUtf8Error(at);
  }
  return written === output.length ? output : output.slice(0, written);
}

/** Whether a Cased code point comes from `at` on with only Case_Ignorable ones before it. */
function casedFollows(input: Uint8Array, at: number, address: number): boolean {
  const { sigma_follow, incomplete_tail } = kernelExports();
  while (at < input.length) {
    const length = copyIn(input, at, address);
    const follow = sigma_follow(address, length);
    if (follow !== 0) return follow === 2;
    if (at + length === input.length) return false;
    at += length - incomplete_tail(address, length);
  }
  return false;
}

/** Copies a slice of `input` from `at` on into the linear memory; returns its bytes. */
function copyIn(input: Uint8Array, at: number, address: number): number {
  const slice = input.subarray(at, at + SLICE_BYTES);
  runtime.copy(heapBytes(address + slice.length).subarray(address, address + slice.length), slice);
  return slice.length;
}
