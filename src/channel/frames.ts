import type { CloneForm } from "./clone_form.ts";
import type { MovedBytes } from "./moved_bytes.ts";

/** Kinds of frames, the low five bits of a frame's kind. `detail` is a function's number in the frames that name one. */
export const FrameKind = {
  /** Host to worker: what the function `detail` is. */
  Define: 1,
  /** Host to worker: call the function with the argument list. */
  Apply: 2,
  /** Host to worker: call the function with each item of the list. */
  Map: 3,
  /** Host to worker: call the function with each argument list of the list. */
  StarMap: 4,
  /** Worker to host: the value that `Apply` gave, or the list of values that `Map` or `StarMap` gave. */
  Result: 8,
  /** Worker to host: the list of `[ok, value or error]` of a chunk in which a call threw. */
  Outcomes: 9,
  /** Worker to host: what the task threw, as `[thrown]`. */
  Failure: 10,
  /** Either way: bytes of a payload that is longer than a frame; `id` is the length of the whole. */
  Part: 16,
} as const;

/** Masks the flags away from a frame's kind. */
export const FRAME_KIND_MASK = 0x1f;
/** Flag: the payload tells of a block of the linear memory, as `[offset, length, whether the reader is to free it]`. */
export const IN_BLOCK = 0x20;
/** Bytes of such a payload. */
export const BLOCK_FRAME_BYTES = 12;
/** Flag: the payload is the number of a structured clone that comes by message. */
export const CLONED = 0x40;
/** Bytes of a payload of such a frame that tells of its message's length, in UTF-16 units or bytes, by its last word. */
export const SIZED_CLONE_BYTES = 16;
/** Flag: the payload came in the `Part` frames before. */
export const ASSEMBLED = 0x80;

/** A value that goes by message and holds its place in the order by a frame with its number, `clone`. */
export type CloneMessage =
  | { readonly clone: number; readonly value: CloneForm }
  | MovedBytes & { readonly clone: number }
  | LongText & { readonly clone: number };

/** A long text, or a list of nothing else. Bun shares the characters of such a message, and copies those of any deeper one. */
export interface LongText {
  readonly text: string;
  readonly isList: boolean;
}
