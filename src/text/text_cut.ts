import type { TextCut } from "../kernels/text_kernel.ts";

const LINE_FEED = 10;
/** Bytes of a UTF-8 character at most. */
const CHARACTER_BYTES = 4;

/** Whether a byte goes on with a character. */
function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}

/** Offset of the last place, above 0, where `bytes` of a text that goes on may be cut; 0 if there is none. */
export function lastCut(cut: TextCut, bytes: Uint8Array): number {
  if (cut === "bytes") return bytes.length;
  if (cut === "lines") return bytes.lastIndexOf(LINE_FEED) + 1;
  const least = Math.max(0, bytes.length - CHARACTER_BYTES);
  let start = bytes.length - 1;
  while (start > least && isContinuation(bytes[start]!)) start--;
  return start + characterLength(bytes[start] ?? 0) > bytes.length ? start : bytes.length;
}

/** Bytes of the character that a byte begins; 1 for what begins none. */
function characterLength(first: number): number {
  if (first >= 0xf0) return first < 0xf8 ? 4 : 1;
  if (first >= 0xe0) return 3;
  return first >= 0xc0 ? 2 : 1;
}

/**
 * Offset of the first place where a text may be cut, of those whose byte before is in `bytes` (so the first is 1);
 * undefined if there is none. `isEnd`: the text ends with them.
 */
export function firstCut(cut: TextCut, bytes: Uint8Array, isEnd: boolean): number | undefined {
  if (cut === "bytes") return 1;
  if (cut === "lines") {
    const at = bytes.indexOf(LINE_FEED);
    return at < 0 ? (isEnd ? bytes.length : undefined) : at + 1;
  }
  let at = 1;
  while (at < bytes.length && at < CHARACTER_BYTES && isContinuation(bytes[at]!)) at++;
  return at;
}
