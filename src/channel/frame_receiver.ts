import { corruptData } from "../core/corrupt.ts";
import { UnloadedError } from "../core/late_modules.ts";
import { copyBytes, copyOf } from "./copy_bytes.ts";
import type { RawFrame } from "./frame_queue.ts";
import {
  ASSEMBLED,
  BLOCK_FRAME_BYTES,
  CLONED,
  FRAME_KIND_MASK,
  FrameKind,
  IN_BLOCK,
  SIZED_CLONE_BYTES,
} from "./frames.ts";
import { decodeBlock, freeBlock, type PayloadBlock } from "./payload_block.ts";
import type { RingReader } from "./ring.ts";
import { ValueReader } from "./value_reader.ts";

/**
 * Reads frames with values from a ring and puts payloads that came in parts together. After `next`, the fields tell of
 * the current frame; `release` it when its value was read.
 */
export class FrameReceiver {
  readonly ring: RingReader;
  kind = 0;
  /** Called when parts of a long payload were taken from the ring, so that its sender has room for more. */
  onSpace: () => void = () => {};
  readonly #ringValues: ValueReader;
  #assembly: Uint8Array | undefined;
  #assembled = 0;
  #announced = 0;

  constructor(ring: RingReader) {
    this.ring = ring;
    this.#ringValues = new ValueReader(ring.region.bytes, ring.region.words, ring.region.doubles);
  }

  /** Moves to the next frame that is more than a part; false where there is none yet. */
  next(): boolean {
    const { ring } = this;
    let parts = 0;
    while (ring.next()) {
      this.kind = ring.kind & FRAME_KIND_MASK;
      if (this.kind !== FrameKind.Part) {
        if (parts > 0) this.onSpace();
        return true;
      }
      this.#takePart();
      parts++;
    }
    if (parts > 0) this.onSpace();
    return false;
  }

  #takePart(): void {
    const { ring } = this;
    if (this.#assembly === undefined) {
      if (ring.id <= 0) throw corruptData(`Found a part of ${ring.id} bytes, expected more than none`);
      this.#announced = ring.id;
      this.#assembly = new Uint8Array((ring.id + 7) & ~7);
    }
    if (ring.id !== this.#announced || ring.length > this.#announced - this.#assembled) {
      throw corruptData(`Found more parts than the ${this.#announced} bytes that were announced`);
    }
    copyBytes(this.#assembly, ring.region.bytes.subarray(ring.payload, ring.payload + ring.length), this.#assembled);
    this.#assembled += ring.length;
    ring.release();
  }

  /** Whether the current frame's value comes as a structured clone; `value` is then the clone's number. */
  get isCloned(): boolean {
    return (this.ring.kind & CLONED) !== 0;
  }

  /** Bytes of the current frame's value, about; only those of the frame where it is a clone that is not sized. */
  get length(): number {
    const { ring } = this;
    if ((ring.kind & (ASSEMBLED | IN_BLOCK | CLONED)) === 0) return ring.length;
    if (this.isCloned) {
      return ring.length < SIZED_CLONE_BYTES ? ring.length : ring.region.words[(ring.payload >> 2) + 3]!;
    }
    return this.#isInBlock ? this.#block().length : this.#assembled;
  }

  /** Reads the value of the current frame. Call it once a frame. */
  value(): unknown {
    if ((this.ring.kind & (ASSEMBLED | IN_BLOCK)) === 0) {
      return this.#ringValues.readWhole(this.ring.payload, this.ring.length);
    }
    if (this.#isInBlock) {
      try {
        return decodeBlock(this.#block());
      } finally {
        this.#freeGiven();
      }
    }
    const bytes = this.#takeAssembly();
    const reader = new ValueReader(bytes, new Int32Array(bytes.buffer), new Float64Array(bytes.buffer));
    return reader.readWhole(0, bytes.length);
  }

  /** Whether modules may have to be loaded for the current frame's value to be read. */
  needsModules(): boolean {
    if ((this.ring.kind & (ASSEMBLED | CLONED | IN_BLOCK)) !== 0) return true;
    try {
      this.value();
      return false;
    } catch (error) {
      return error instanceof UnloadedError;
    }
  }

  /** The current frame as bytes of its own, for another link. Call it once a frame, instead of `value`. */
  raw(): RawFrame {
    const { ring } = this;
    const isAssembled = (ring.kind & ASSEMBLED) !== 0;
    const length = isAssembled ? this.#assembled : ring.length;
    const bytes = isAssembled
      ? this.#takeAssembly().subarray(0, length)
      : copyOf(ring.region.bytes.subarray(ring.payload, ring.payload + length));
    return { kind: ring.kind & ~ASSEMBLED, detail: ring.detail, id: ring.id, bytes };
  }

  /** Forgets the value of the current frame. */
  discard(): void {
    if ((this.ring.kind & ASSEMBLED) !== 0) this.#forgetAssembly();
    if (this.#isInBlock) this.#freeGiven();
  }

  get #isInBlock(): boolean {
    return (this.ring.kind & IN_BLOCK) !== 0;
  }

  #block(): PayloadBlock {
    if (this.ring.length < BLOCK_FRAME_BYTES) {
      throw corruptData(`Found ${this.ring.length} bytes that tell of a block, expected ${BLOCK_FRAME_BYTES}`);
    }
    const { words } = this.ring.region;
    const at = this.ring.payload >> 2;
    return { offset: words[at]! >>> 0, length: words[at + 1]! };
  }

  #freeGiven(): void {
    if (this.ring.region.words[(this.ring.payload >> 2) + 2] !== 0) freeBlock(this.#block());
  }

  #takeAssembly(): Uint8Array {
    const bytes = this.#assembly;
    if (bytes === undefined || this.#assembled !== this.#announced) {
      throw corruptData(`Found parts of ${this.#assembled} bytes, expected ${this.#announced}`);
    }
    this.#forgetAssembly();
    return bytes;
  }

  #forgetAssembly(): void {
    this.#assembly = undefined;
    this.#assembled = 0;
  }

  release(): void {
    this.ring.release();
  }
}
