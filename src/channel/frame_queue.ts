import { type FrameSender, NOT_SENT } from "./frame_sender.ts";

/** A frame outside of any ring, its payload whole. */
export interface RawFrame {
  /** With its flags, but for `ASSEMBLED`. */
  readonly kind: number;
  readonly detail: number;
  readonly id: number;
  readonly bytes: Uint8Array;
}

/** Frames that go into a ring, in order, as it gets room. */
export class FrameQueue {
  readonly #sender: FrameSender;
  readonly #waiting: RawFrame[] = [];

  constructor(sender: FrameSender) {
    this.#sender = sender;
  }

  push(frame: RawFrame): void {
    this.#waiting.push(frame);
  }

  /** Writes what there is room for; whether that was all. */
  flush(): boolean {
    for (let frame = this.#waiting[0]; frame !== undefined; frame = this.#waiting[0]) {
      const place = this.#sender.isStreaming
        ? this.#sender.pump()
        : this.#sender.sendPayload(frame.kind, frame.detail, frame.id, { bytes: frame.bytes });
      if (place === NOT_SENT) return false;
      this.#waiting.shift();
    }
    return true;
  }
}
