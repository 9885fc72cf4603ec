import { TaskEncodingError } from "../core/errors.ts";
import { encodingForOutside, type Outside } from "../core/wire.ts";
import { runtime } from "../runtime/current.ts";
import type { CloneForm } from "./clone_form.ts";
import { copyBytes } from "./copy_bytes.ts";
import { encodeDetached, longEncoding } from "./detached.ts";
import {
  ASSEMBLED,
  BLOCK_FRAME_BYTES,
  CLONED,
  type CloneMessage,
  FrameKind,
  IN_BLOCK,
  type LongText,
} from "./frames.ts";
import { type MovedBytes, movedBytes } from "./moved_bytes.ts";
import { objectCodec } from "./object_codec.ts";
import { encodeBlock, type PayloadBlock } from "./payload_block.ts";
import type { RingWriter } from "./ring.ts";
import { NUMBER_BYTES, ValueWriter } from "./value_writer.ts";

/** A payload of its own: bytes, or a value that only a structured clone can carry. */
export type Payload = { readonly bytes: Uint8Array } | { readonly clone: CloneForm };

/** A payload for a thread of this process of the operating system: a long one lies in memory that both share. */
export type NearPayload = Payload | { readonly block: PayloadBlock } | LongText;

/** A payload that is sent no second time, since what holds it may be gone then. */
export type SinglePayload = NearPayload | MovedBytes;

/** Bytes by message beyond what the reader has been seen to take, above which long values go by what bounds them. */
const MOST_MOVED = 32 * 1024 * 1024;

/** UTF-16 units from which on a text is quicker by message, where a message shares it. */
const LONG_TEXT = 1 << 17;

function longText(value: unknown): LongText | undefined {
  if (!runtime.sharesText) return undefined;
  const isList = Array.isArray(value) && value.length === 1;
  const text: unknown = isList ? value[0] : value;
  return typeof text === "string" && text.length >= LONG_TEXT ? { text, isList } : undefined;
}

/** As `detach`, for threads of this process of the operating system. The block, if any, is the caller's to free. */
export function detachNear(value: unknown, root: string): NearPayload {
  const text = longText(value);
  if (text !== undefined) return text;
  const bytes = longEncoding(value, root);
  const block = bytes === 0 ? undefined : encodeBlock(value, root, bytes);
  return block === undefined ? detach(value, root) : { block };
}

/** Encodes a value apart from any ring. Throws `TaskEncodingError` where it cannot travel at all. */
export function detach(value: unknown, root: string): Payload {
  const bytes = encodeDetached(value, root);
  return bytes === undefined ? { clone: snapshot(value, root) } : { bytes };
}

/** Clones at once: what a clone cannot carry is refused here and not by a later message, and later changes do not count. */
function snapshot(value: unknown, root: string): CloneForm {
  // Deno clones objects of the runtime to empty ones where they lie inside of others.
  const { inspect, toCloneForm } = objectCodec();
  inspect(value, root);
  const form = toCloneForm(value);
  try {
    return structuredClone(form);
  } catch (error) {
    throw new TaskEncodingError(root, `not cloneable: ${(error as Error).message}`, { cause: error });
  }
}

/** Room that is asked for before a value's length is known; most values are far shorter. */
const GUESSED_PAYLOAD = 512;

/** A frame was not written: the ring has no room, or the value needs `detach` first. */
export const NOT_SENT = -1;

/**
 * Writes frames with values into a ring. A payload longer than a frame goes out in parts as the ring gets room: while
 * `isStreaming`, nothing else may be sent, and `pump` carries on.
 */
export class FrameSender {
  readonly ring: RingWriter;
  readonly #writer: ValueWriter;
  readonly #guess: number;
  readonly #post: (message: CloneMessage, moved?: readonly ArrayBuffer[]) => void;
  readonly #outside: Outside | undefined;
  #clones = 0;
  #moved = 0;
  #stream: { kind: number; detail: number; id: number; bytes: Uint8Array; sent: number } | undefined;

  /**
   * `post` sends a message, which takes the buffers that are `moved` with it; it throws where the value cannot be cloned.
   * `outside`: the values go to that process of the operating system.
   */
  constructor(
    ring: RingWriter,
    post: (message: CloneMessage, moved?: readonly ArrayBuffer[]) => void,
    outside?: Outside,
  ) {
    this.#outside = outside;
    this.ring = ring;
    this.#post = post;
    this.#guess = Math.min(GUESSED_PAYLOAD, ring.maxPayload);
    this.#writer = new ValueWriter(ring.region.bytes, ring.region.words, ring.region.doubles);
  }

  get isStreaming(): boolean {
    return this.#stream !== undefined;
  }

  /** Writes a value straight into the ring. Returns the frame's place, or `NOT_SENT`: then `detach` it. */
  sendValue(kind: number, detail: number, id: number, value: unknown, root: string): number {
    const start = this.ring.reserve(this.#guess);
    if (start < 0) return NOT_SENT;
    const end = start + this.#guess;
    const written = this.#outside === undefined
      ? this.#writer.write(value, start, end, root)
      : encodingForOutside(() => this.#writer.write(value, start, end, root), this.#outside);
    if (written !== "written") return NOT_SENT;
    return this.ring.commit(kind, detail, id, this.#writer.position - start);
  }

  /** As `sendValue`, for a number, or with `isListed` for a list of that one. */
  sendNumber(kind: number, detail: number, id: number, value: number, isListed: boolean): number {
    if (this.#stream !== undefined) return NOT_SENT;
    const start = this.ring.reserve(NUMBER_BYTES);
    if (start < 0) return NOT_SENT;
    return this.ring.commit(kind, detail, id, this.#writer.writeNumber(value, start, isListed));
  }

  /** `detachNear` or `detach`, for a value that goes where this sends. */
  detach(value: unknown, root: string): NearPayload {
    const to = this.#outside;
    return to === undefined ? detachNear(value, root) : encodingForOutside(() => detach(value, root), to);
  }

  /** As `detach`, for a value that is sent once. */
  detachOnce(value: unknown, root: string): SinglePayload {
    if (this.ring.isRead) this.#moved = 0;
    const mayMove = this.#outside === undefined && this.#moved < MOST_MOVED;
    return (mayMove ? movedBytes(value) : undefined) ?? this.detach(value, root);
  }

  /**
   * Sends a detached payload. Returns the frame's place, or `NOT_SENT` where the ring has no room now. A payload
   * that is longer than a frame starts to stream; its place is known when `pump` returns it. With `isGiven`, the reader
   * frees the block that the payload lies in.
   */
  sendPayload(kind: number, detail: number, id: number, payload: SinglePayload, isGiven = false): number {
    if ("clone" in payload) return this.#sendMessage(kind, detail, id, { value: payload.clone });
    if ("moved" in payload) return this.#sendMoved(kind, detail, id, payload);
    if ("text" in payload) return this.#sendMessage(kind, detail, id, payload, payload.text.length);
    if ("block" in payload) return this.#sendBlock(kind, detail, id, payload.block, isGiven);
    if (payload.bytes.length > this.ring.maxPayload) {
      this.#stream = { kind, detail, id, bytes: payload.bytes, sent: 0 };
      return this.pump();
    }
    const start = this.ring.reserve(payload.bytes.length);
    if (start < 0) return NOT_SENT;
    copyBytes(this.ring.region.bytes, payload.bytes, start);
    return this.ring.commit(kind, detail, id, payload.bytes.length);
  }

  #sendMoved(kind: number, detail: number, id: number, payload: MovedBytes): number {
    const { moved } = payload;
    const length = moved.byteLength;
    const place = this.#sendMessage(kind, detail, id, payload, length, [moved]);
    if (place !== NOT_SENT) this.#moved += length;
    return place;
  }

  #sendBlock(kind: number, detail: number, id: number, { offset, length }: PayloadBlock, isGiven: boolean): number {
    const start = this.ring.reserve(BLOCK_FRAME_BYTES);
    if (start < 0) return NOT_SENT;
    this.ring.words.set([offset, length, isGiven ? 1 : 0], start >> 2);
    return this.ring.commit(kind | IN_BLOCK, detail, id, BLOCK_FRAME_BYTES);
  }

  #sendMessage(
    kind: number,
    detail: number,
    id: number,
    content: { readonly value: CloneForm } | MovedBytes | LongText,
    units = 0,
    moved?: readonly ArrayBuffer[],
  ): number {
    const start = this.ring.reserve(this.#guess);
    if (start < 0) return NOT_SENT;
    const clone = this.#clones = (this.#clones + 1) | 0;
    this.#post({ clone, ...content }, moved);
    this.#writer.write(clone, start, start + this.#guess, "clone");
    if (units > 0) this.#writer.write(units, this.#writer.position, start + this.#guess, "units");
    return this.ring.commit(kind | CLONED, detail, id, this.#writer.position - start);
  }

  /** Sends what fits of the payload that is streaming. Returns the place of its last frame, `NOT_SENT` before that. */
  pump(): number {
    const stream = this.#stream;
    if (stream === undefined) return NOT_SENT;
    const { ring } = this;
    while (stream.sent < stream.bytes.length) {
      const length = Math.min(ring.maxPayload, stream.bytes.length - stream.sent);
      const start = ring.reserve(length);
      if (start < 0) return NOT_SENT;
      copyBytes(ring.region.bytes, stream.bytes.subarray(stream.sent, stream.sent + length), start);
      ring.commit(FrameKind.Part, 0, stream.bytes.length, length);
      stream.sent += length;
    }
    if (ring.reserve(0) < 0) return NOT_SENT;
    this.#stream = undefined;
    return ring.commit(stream.kind | ASSEMBLED, stream.detail, stream.id, 0);
  }
}
