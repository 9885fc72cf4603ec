import type { ByteSource } from "./byte_source.ts";
import type { NominalChunk } from "./chunk_plan.ts";

const NEWLINE = 10;
const QUOTE = 34;
/** Bytes read beyond a nominal end at first; most records end sooner. */
const GLANCE_BYTES = 16 * 1024;
/** Longest record, in bytes: what a worker can hold several times over. */
export const MAX_RECORD_BYTES: number = 64 * 1024 * 1024;

/** A chunk whose nominal bounds may lie inside of quotes, as those of CSV may. */
export interface RecordChunk extends NominalChunk {
  /** Whether an odd number of quotes is before the nominal start. */
  readonly startsQuoted: boolean;
  /** The same of the nominal end. */
  readonly endsQuoted: boolean;
}

/** The bytes of whole records. */
export interface RecordBytes {
  readonly bytes: Uint8Array;
  /** Offset of the first of them in the text. */
  readonly offset: number;
}

/** Whether `bytes` hold an odd number of quotes. */
export function hasOddQuotes(bytes: Uint8Array): boolean {
  let odd = 0;
  for (let at = 0; at < bytes.length; at++) if (bytes[at] === QUOTE) odd ^= 1;
  return odd === 1;
}

/**
 * The place after the first line end at or after `from`, as an index of `bytes`; -1 if there is none. With `quotes` a
 * line end counts only where an even number of quotes is before it; `isQuoted` tells the state at `from`.
 */
export function recordEnd(bytes: Uint8Array, from: number, quotes: boolean, isQuoted: boolean): number {
  if (!quotes) return bytes.indexOf(NEWLINE, from) + 1 || -1;
  let quoted = isQuoted;
  for (let at = from; at < bytes.length; at++) {
    if (bytes[at] === QUOTE) quoted = !quoted;
    else if (bytes[at] === NEWLINE && !quoted) return at + 1;
  }
  return -1;
}

/** The place after the last line end of `bytes`, which begin with a record; 0 if there is none. */
export function lastRecordEnd(bytes: Uint8Array, quotes: boolean): number {
  if (!quotes) return bytes.lastIndexOf(NEWLINE) + 1;
  let quoted = false;
  let end = 0;
  for (let at = 0; at < bytes.length; at++) {
    if (bytes[at] === QUOTE) quoted = !quoted;
    else if (bytes[at] === NEWLINE && !quoted) end = at + 1;
  }
  return end;
}

/** Memory of this thread that one range after another is read into. */
let memory: Uint8Array = new Uint8Array(0);

function roomFor(length: number, kept: number): Uint8Array {
  if (memory.length < length) {
    const larger = new Uint8Array(length);
    larger.set(memory.subarray(0, kept));
    memory = larger;
  }
  return memory;
}

/**
 * Reads the records of a chunk: those that begin at or after its nominal start and before its nominal end, so that each
 * record belongs to exactly one chunk of its text, whoever reads it. The bytes are good until the next call.
 *
 * @throws {RangeError} where a record is longer than `MAX_RECORD_BYTES`
 */
export function readRecords(source: ByteSource, chunk: RecordChunk, quotes: boolean): RecordBytes {
  // The byte before the nominal start tells whether a record begins there.
  const from = Math.max(0, chunk.start - 1);
  let length = 0;
  const readTo = (end: number): void => {
    const target = roomFor(end - from, length).subarray(length, end - from);
    const count = source.readAt(target, from + length);
    if (count < target.length) throw new ShortTextError(from + length + count);
    length = end - from;
  };
  readTo(Math.min(chunk.end + GLANCE_BYTES, source.size));
  let start = 0;
  if (chunk.start > 0) {
    start = recordEnd(memory.subarray(0, chunk.end - from), 0, quotes, stateBefore(chunk.startsQuoted, memory[0]));
    if (start < 0 || from + start >= chunk.end) return { bytes: memory.subarray(0, 0), offset: chunk.end };
  }
  if (chunk.end === source.size) return { bytes: memory.subarray(start, length), offset: from + start };
  let looked = chunk.end - 1 - from;
  for (let quoted = stateBefore(chunk.endsQuoted, memory[looked]);;) {
    const end = recordEnd(memory.subarray(0, length), looked, quotes, quoted);
    if (end >= 0) return { bytes: memory.subarray(start, end), offset: from + start };
    if (from + length === source.size) return { bytes: memory.subarray(start, length), offset: from + start };
    if (length - start > MAX_RECORD_BYTES + (chunk.end - chunk.start)) throw tooLong(from + start);
    if (quotes && hasOddQuotes(memory.subarray(looked, length))) quoted = !quoted;
    looked = length;
    readTo(Math.min(from + length + Math.max(GLANCE_BYTES, length), source.size));
  }
}

/** Whether an odd number of quotes is before a byte, by whether it is so after it. */
function stateBefore(isQuotedAfter: boolean, byte: number | undefined): boolean {
  return (byte === QUOTE) !== isQuotedAfter;
}

/** A text is shorter than its size said. */
export class ShortTextError extends Error {
  /** Bytes that it has. */
  readonly end: number;

  constructor(end: number) {
    super(`The text ends at byte ${end}`);
    this.end = end;
  }
}

/** The error of a record without an end in sight. */
export function tooLong(offset: number): RangeError {
  return new RangeError(
    `A record at or after byte ${offset} is longer than ${MAX_RECORD_BYTES} bytes: a line end is missing, or a quote`,
  );
}
