import { heapBytes } from "../memory/linear_memory.ts";
import { kernelExports } from "./instance.ts";
import { kernelScratch } from "./scratch.ts";

/** What becomes of invalid UTF-8: kept as it is, refused, or replaced by U+FFFD for each maximal subpart. */
export type InvalidMode = "pass" | "error" | "replace";

/** How {@linkcode lowercaseRange} works. */
export interface RangeOptions {
  /** `"pass"` unless given. */
  readonly invalid?: InvalidMode;
  /**
   * What comes after the range. `"more"`: text that is not known yet, so the range is consumed up to an incomplete
   * sequence at its end or a Σ that only the following text decides. `"end"` (unless given): nothing; an undecided Σ
   * becomes ς, an incomplete sequence is invalid. `"cased"`: a Cased code point, perhaps after Case_Ignorable ones; an
   * undecided Σ becomes σ.
   */
  readonly end?: "more" | "end" | "cased";
  /** The `context` of the call before, 0 (unless given) at the start of a text. */
  readonly context?: number;
}

/** How far {@linkcode lowercaseRange} came. Both positions are ends of code points. */
export interface LowercaseResult {
  /** `"full"`: the output has no room for the next code point. `"invalid"`: invalid bytes at `consumed`. */
  readonly status: "ok" | "full" | "invalid";
  /** Bytes of the source. */
  readonly consumed: number;
  /** Bytes written to the destination. */
  readonly produced: number;
  /** 1 if the last code point consumed that is not Case_Ignorable was Cased; for the call that goes on. */
  readonly context: number;
}

const invalidBits = { pass: 0, error: 1, replace: 2 } as const;
const endBits = { more: 0 << 2, end: 1 << 2, cased: 2 << 2 } as const;
const statuses = ["ok", "full", "invalid"] as const;

let words: Uint32Array | undefined;
let wordsOffset = 0;

/**
 * Lower-cases UTF-8 inside the linear memory by full Unicode 17.0 rules. `source` and `destination` are byte offsets of
 * ranges that do not overlap, `length` and `capacity` their bytes. A call with the rest of the text and the `context`
 * of this one goes on exactly. With a capacity of at least 4 bytes every call makes progress, other than one with
 * `end: "more"` that starts at what only more text decides.
 *
 * ```ts ignore
 * const { produced } = lowercaseRange(source, length, destination, length * 1.5, { invalid: "replace" });
 * ```
 */
export function lowercaseRange(
  source: number,
  length: number,
  destination: number,
  capacity: number,
  options: RangeOptions = {},
): LowercaseResult {
  const { invalid = "pass", end = "end", context = 0 } = options;
  const kernels = kernelExports();
  const { result } = kernelScratch();
  kernels.lowercase(
    source,
    length,
    destination,
    capacity,
    invalidBits[invalid] | endBits[end],
    context,
    result,
  );
  // A view on shared memory stays good when the memory grows, so one is enough for a thread.
  if (words === undefined || wordsOffset !== result) {
    words = new Uint32Array(heapBytes(result + 16).buffer, result, 4);
    wordsOffset = result;
  }
  return { status: statuses[words[0]!]!, consumed: words[1]!, produced: words[2]!, context: words[3]! };
}
