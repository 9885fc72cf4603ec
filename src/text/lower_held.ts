import { lowercaseRange } from "../kernels/lowercase.ts";
import { TaskFailure } from "./file_failure.ts";
import type { ChunkPart, ChunkSettings, ChunkState, RangeEnd } from "./lower_chunk.ts";
import type { Slot } from "./slot.ts";

/** A piece of held text's output, with the context after it, for text that goes on. */
export interface HeldPart extends ChunkPart {
  readonly context: number;
}

/**
 * Lower-cases the first `length` bytes of a slot's input part into its output part, from `from.position` on, or as
 * much as fits; then `next` says where to go on once that piece is written. With ending `"more"` it stops before what
 * only the following text decides; `consumed` tells. Throws a `TaskFailure` for invalid UTF-8 (mode `error`), with
 * the offset from the start of the slot, and when stopped.
 */
export function lowerHeld(
  slot: Slot,
  length: number,
  ending: RangeEnd,
  settings: ChunkSettings,
  from: ChunkState,
): HeldPart {
  let { position, context } = from;
  let produced = 0;
  let windowBytes = settings.windowBytes;
  while (position < length) {
    if (settings.stopped()) throw new TaskFailure({ kind: "stopped", message: "the run was stopped" });
    const end = Math.min(position + windowBytes, length);
    const result = lowercaseRange(
      slot.input + position,
      end - position,
      slot.output + produced,
      slot.outputBytes - produced,
      { invalid: settings.invalid, end: end === length ? ending : "more", context },
    );
    position += result.consumed;
    produced += result.produced;
    context = result.context;
    if (result.status === "invalid") {
      throw new TaskFailure({ kind: "invalid", message: "invalid UTF-8", offset: position });
    }
    if (result.status === "full") {
      return { consumed: position - from.position, produced, next: { position, context }, context };
    }
    if (end === length) break;
    // An inner window that is a sigma and what does not decide it must see more of the text.
    windowBytes = result.consumed === 0 ? windowBytes * 2 : settings.windowBytes;
  }
  return { consumed: position - from.position, produced, next: undefined, context };
}
