import { chunkSize } from "./chunking.ts";
import type { ImapLimits } from "./imap_job.ts";
import { atLeast, type ImapOptions } from "./pool_options.ts";

const DEFAULT_BUFFER_BYTES = 64 * 1024 * 1024;
const DEFAULT_BUFFERED_PER_WORKER = 3;
/** Items of an `imap` chunk for `"auto"`: its input's length is not known. */
const AUTO_CHUNK = 64;

/** The limits of an `imap` with these options. Throws a `RangeError` where one is out of its range. */
export function imapLimits(options: ImapOptions, workers: number, isOrdered: boolean): ImapLimits {
  const buffered = options.buffersize ?? DEFAULT_BUFFERED_PER_WORKER * workers;
  const chunksize = options.chunksize === "auto" ? AUTO_CHUNK : options.chunksize ?? 1;
  return {
    chunksize: chunkSize(chunksize, 0, workers),
    chunks: workers + atLeast(0, "buffersize", buffered),
    bytes: atLeast(1, "bufferBytes", options.bufferBytes ?? DEFAULT_BUFFER_BYTES),
    timeout: options.timeout,
    isOrdered,
  };
}
