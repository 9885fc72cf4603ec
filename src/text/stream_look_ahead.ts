import { LookAheadLimitError } from "../core/errors.ts";
import type { ByteFeed } from "./byte_feed.ts";
import { incompleteTail, sigmaFollow } from "./case_context.ts";
import { memoryView, type Slot } from "./slot.ts";

/** Bytes that a stream may hold back for one undecided sigma. */
export const LOOK_AHEAD_LIMIT: number = 64 * 1024 * 1024;

/** Bytes of the capital sigma in UTF-8. */
const SIGMA_BYTES = 2;

/**
 * Whether a cased letter comes in the stream after the sigma that it starts with, and only Case_Ignorable before it.
 * What is read to decide that stays in the feed. `scratch` lends its input part. Throws `LookAheadLimitError`.
 */
export async function casedFollowsInStream(feed: ByteFeed, scratch: Slot, limit: number): Promise<boolean> {
  let begun: Uint8Array = new Uint8Array(0);
  let held = 0;
  for (let index = 0;; index++) {
    const piece = await feed.peek(index);
    if (piece === undefined) return false;
    for (let from = index === 0 ? SIGMA_BYTES : 0; from < piece.length;) {
      const count = Math.min(piece.length - from, scratch.inputBytes - begun.length);
      const room = memoryView(scratch.input, begun.length + count);
      room.set(begun);
      room.set(piece.subarray(from, from + count), begun.length);
      const tail = incompleteTail(scratch.input, room.length);
      const follow = sigmaFollow(scratch.input, room.length - tail);
      if (follow !== "undecided") return follow === "cased";
      begun = room.slice(room.length - tail);
      from += count;
    }
    held += piece.length;
    if (held > limit) {
      throw new LookAheadLimitError(
        `Cannot decide the form of a capital sigma: expected a deciding character within ${limit} bytes of the stream, found none; a file has no such limit`,
      );
    }
  }
}
