import { closeFile, fileStatus, openToRead, readAt } from "../runtime/files.ts";
import { crc32 } from "../core/crc32.ts";

/** What an input is known again by. */
export interface InputMark {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Time of its last change, in whole milliseconds, since not every runtime tells more. */
  readonly modified: number;
  /** Checksum of samples of its content; undefined where none were taken. */
  readonly sample: number | undefined;
}

const SAMPLES = 16;
const SAMPLE_BYTES = 4096;

/**
 * The mark of an input file. Samples are pieces of 4 KiB, evenly spread from its first byte to its last; together they
 * are the whole of a small file.
 */
export function inputMark(
  { path, size, modified }: { readonly path: string; readonly size: number; readonly modified: number },
  sampled: boolean,
): InputMark {
  return { path, size, modified: Math.floor(modified), sample: sampled ? sampleOf(path, size) : undefined };
}

/** How an input is no longer what it was; undefined if it is. */
export function markChange(before: InputMark, now: InputMark): string | undefined {
  if (now.size !== before.size) return `its size went from ${before.size} to ${now.size} bytes`;
  if (now.modified !== before.modified) return "it was written to";
  return now.sample === before.sample ? undefined : "its content is another, though size and time are the same";
}

/** The mark of the input as it is now, to be compared with `before`; undefined if there is no such file. */
export function markAgain(before: InputMark): InputMark | undefined {
  const status = fileStatus(before.path);
  return status?.kind === "file" ? inputMark({ ...status, path: before.path }, before.sample !== undefined) : undefined;
}

function sampleOf(path: string, size: number): number {
  const file = openToRead(path);
  try {
    if (size <= SAMPLES * SAMPLE_BYTES) return sampleAt(file, 0, size, 0);
    let checksum = 0;
    for (let index = 0; index < SAMPLES; index++) {
      const position = Math.floor((size - SAMPLE_BYTES) * (index / (SAMPLES - 1)));
      checksum = sampleAt(file, position, SAMPLE_BYTES, checksum);
    }
    return checksum;
  } finally {
    closeFile(file);
  }
}

function sampleAt(file: number, position: number, length: number, before: number): number {
  const bytes = new Uint8Array(length);
  return crc32(bytes.subarray(0, readAt(file, bytes, position)), before);
}
