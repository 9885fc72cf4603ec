import { ByteFeed } from "./byte_feed.ts";
import { changedError } from "./file_failure.ts";
import type { RunContext } from "./run_context.ts";
import type { StreamPlace } from "./stream_place.ts";

/** A stream of text to be worked on. */
export interface StreamText {
  /** What errors call it. */
  readonly name: string;
  readonly bytes: AsyncIterable<Uint8Array>;
  /** Whether it is this module's own, so that it is left before the work ends; another's may take its time for that. */
  readonly isOwn: boolean;
  /** Whether it is worked on as it comes, however slowly; if not, it is cut at the same places each time. */
  readonly isLive: boolean;
  /** Where the work begins; undefined at the start. */
  readonly start?: StreamPlace | undefined;
  /** Resolves when another piece may begin. */
  readonly enter?: (() => Promise<void>) | undefined;
  /** Told of the end of each piece, in order, before that is written. */
  readonly onPiece?: ((end: StreamPlace) => void) | undefined;
}

/**
 * Has `work` take the bytes of a stream from where it begins; the stream is left when that ends or the run stops. Throws
 * `FileError` where the stream ends before that place.
 */
export async function withFeed(
  context: RunContext,
  { name, bytes, isOwn, start }: StreamText,
  work: (feed: ByteFeed) => Promise<void>,
): Promise<void> {
  const feed = new ByteFeed(bytes);
  const forget = context.onStop((reason) => void feed.cancel(reason));
  try {
    if (start !== undefined) await skipTo(start.consumed, feed, name);
    await work(feed);
  } finally {
    forget();
    const left = feed.cancel(undefined);
    if (isOwn) await left;
  }
}

/** Leaves out what an earlier run has done. */
export async function skipTo(consumed: number, feed: ByteFeed, name: string): Promise<void> {
  const found = await feed.skip(consumed);
  if (found < consumed) throw changedError(name, `expected more than ${consumed} bytes of text, found ${found}`);
}
