import { lowercaseBytes } from "./lowercase_bytes.ts";
import type { InvalidMode } from "./lowercase_range.ts";

export { type InvalidMode, lowercaseRange, type LowercaseResult, type RangeOptions } from "./lowercase_range.ts";

/** Options of {@linkcode lowercase}. */
export interface LowercaseOptions {
  /**
   * What becomes of bytes that are not valid UTF-8: `"pass"` (unless given) keeps them, `"error"` throws, `"replace"`
   * writes U+FFFD for each maximal subpart, as `TextDecoder` does.
   */
  readonly invalid?: InvalidMode;
}

/** What {@linkcode lowercase} makes of an input of type `T`: the same kind. */
export type Lowercased<T extends string | Uint8Array> = T extends string ? string : Uint8Array<ArrayBuffer>;

const encoder = new TextEncoder();
// Without ignoreBOM a U+FEFF at the start of the text would be lost.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const loneSurrogates = /([\ud800-\udfff]+)/u;

/**
 * Lower-cases text by the full rules of Unicode 17.0 (simple mappings, İ to i and U+0307, the final sigma), by tables of
 * its own and so alike on every runtime. Takes a string or UTF-8 bytes and returns a new one of the same kind. In a
 * string, lone surrogates stay as they are. Python: `str.lower`.
 *
 * ```ts
 * lowercase("ΟΔΟΣ ΤΟΥ ΗΛΙΟΥ"); // "οδος του ηλιου"
 * lowercase(new TextEncoder().encode("ПРИВЕТ")); // the bytes of "привет"
 * ```
 *
 * @throws {InvalidUtf8Error} with the offset of the first invalid byte, if `invalid` is `"error"`.
 * @throws {TypeError} if `input` is neither a string nor a Uint8Array, or `invalid` none of the three.
 */
export function lowercase<T extends string | Uint8Array>(input: T, options: LowercaseOptions = {}): Lowercased<T> {
  const { invalid = "pass" } = options;
  if (invalid !== "pass" && invalid !== "error" && invalid !== "replace") {
    throw new TypeError(`Option invalid must be "pass", "error" or "replace", got ${JSON.stringify(invalid)}`);
  }
  if (typeof input === "string") return lowercaseString(input) as Lowercased<T>;
  if (input instanceof Uint8Array) return lowercaseBytes(input, invalid) as Lowercased<T>;
  throw new TypeError(`Cannot lower-case ${describe(input)}: expected a string or a Uint8Array`);
}

function lowercaseString(text: string): string {
  if (text.isWellFormed()) return decoder.decode(lowercaseBytes(encoder.encode(text), "pass"));
  // A lone surrogate is neither Cased nor Case_Ignorable, so what stands on its two sides is independent.
  return text.split(loneSurrogates).map((part, at) => at % 2 === 0 ? lowercaseString(part) : part).join("");
}

function describe(value: unknown): string {
  return value === null
    ? "null"
    : typeof value === "object"
    ? `a ${value.constructor?.name ?? "object"}`
    : typeof value;
}
