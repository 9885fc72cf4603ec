import { InvalidUtf8Error } from "../core/errors.ts";
import { casedRanges, caseIgnorableRanges, lowercaseRanges } from "./case_tables.ts";
import type { InvalidMode } from "./lowercase_range.ts";

/** A code point with the offset it starts at, or a maximal subpart of invalid bytes. */
interface Unit {
  readonly codePoint: number | undefined;
  readonly bytes: Uint8Array;
  readonly offset: number;
}

const CAPITAL_SIGMA = 0x3a3;
const REPLACEMENT = 0xfffd;

const mappings = readMappings();
const cased = readRanges(casedRanges);
const ignorable = readRanges(caseIgnorableRanges);

/**
 * The lower-casing kernel in plain steps, unit after unit, without a thought for speed: what the kernel is tested
 * against.
 *
 * ```ts
 * lowercaseTwin(new TextEncoder().encode("ΟΔΟΣ")); // the bytes of "οδος"
 * ```
 *
 * @throws {InvalidUtf8Error} with the offset of the first invalid byte, if `invalid` is `"error"`.
 */
export function lowercaseTwin(input: Uint8Array, invalid: InvalidMode = "pass"): Uint8Array<ArrayBuffer> {
  const units = readUnits(input);
  const output: number[] = [];
  for (const [index, { codePoint, bytes, offset }] of units.entries()) {
    if (codePoint === undefined) {
      if (invalid === "error") throw new InvalidUtf8Error(offset);
      output.push(...(invalid === "replace" ? encode(REPLACEMENT) : bytes));
    } else {
      for (const lower of lowercaseUnit(units, index, codePoint)) output.push(...encode(lower));
    }
  }
  return Uint8Array.from(output);
}

function lowercaseUnit(units: readonly Unit[], index: number, codePoint: number): readonly number[] {
  if (codePoint === 0x130) return [0x69, 0x307];
  if (codePoint === CAPITAL_SIGMA) {
    const isFinal = isCasedBeside(units, index, -1) && !isCasedBeside(units, index, 1);
    return [isFinal ? 0x3c2 : 0x3c3];
  }
  return [mappings.get(codePoint) ?? codePoint];
}

/** Whether the nearest unit on one side that is not Case_Ignorable is Cased. */
function isCasedBeside(units: readonly Unit[], index: number, direction: 1 | -1): boolean {
  for (let at = index + direction; at >= 0 && at < units.length; at += direction) {
    const { codePoint } = units[at]!;
    if (codePoint === undefined) return false;
    if (!ignorable.has(codePoint)) return cased.has(codePoint);
  }
  return false;
}

function readUnits(input: Uint8Array): Unit[] {
  const units: Unit[] = [];
  for (let offset = 0; offset < input.length;) {
    const { codePoint, length } = decode(input, offset);
    units.push({ codePoint, offset, bytes: input.subarray(offset, offset + length) });
    offset += length;
  }
  return units;
}

function decode(input: Uint8Array, offset: number): { codePoint: number | undefined; length: number } {
  const lead = input[offset]!;
  if (lead < 0x80) return { codePoint: lead, length: 1 };
  const length = lead >= 0xc2 && lead <= 0xdf
    ? 2
    : lead >= 0xe0 && lead <= 0xef
    ? 3
    : lead >= 0xf0 && lead <= 0xf4
    ? 4
    : 0;
  if (length === 0) return { codePoint: undefined, length: 1 };
  let codePoint = lead & (0xff >> (length + 1));
  for (let at = 1; at < length; at++) {
    const byte = input[offset + at];
    // The second byte also keeps out over-long forms, surrogates and what lies beyond U+10FFFF.
    const low = at > 1 ? 0x80 : lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
    const high = at > 1 ? 0xbf : lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
    if (byte === undefined || byte < low || byte > high) return { codePoint: undefined, length: at };
    codePoint = codePoint << 6 | byte & 0x3f;
  }
  return { codePoint, length };
}

function encode(codePoint: number): number[] {
  if (codePoint < 0x80) return [codePoint];
  const tail = (shift: number) => 0x80 | codePoint >> shift & 0x3f;
  if (codePoint < 0x800) return [0xc0 | codePoint >> 6, tail(0)];
  if (codePoint < 0x10000) return [0xe0 | codePoint >> 12, tail(6), tail(0)];
  return [0xf0 | codePoint >> 18, tail(12), tail(6), tail(0)];
}

function readMappings(): Map<number, number> {
  const found = new Map<number, number>();
  for (let at = 0; at < lowercaseRanges.length; at += 4) {
    const [first, last, step, delta] = lowercaseRanges.slice(at, at + 4) as [number, number, number, number];
    for (let codePoint = first; codePoint <= last; codePoint += step) found.set(codePoint, codePoint + delta);
  }
  return found;
}

function readRanges(ranges: readonly number[]): Set<number> {
  const found = new Set<number>();
  for (let at = 0; at < ranges.length; at += 2) {
    for (let codePoint = ranges[at]!; codePoint <= ranges[at + 1]!; codePoint++) found.add(codePoint);
  }
  return found;
}
