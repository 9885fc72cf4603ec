import type { ByteFeed } from "./byte_feed.ts";
import { incompleteTail, lastReset } from "./case_context.ts";
import { lowerSlot } from "./file_tasks.ts";
import type { HeldPart } from "./lower_held.ts";
import type { ChunkState, RangeEnd } from "./lower_chunk.ts";
import type { OrderedRun } from "./ordered_run.ts";
import { memoryView, type Slot } from "./slot.ts";
import { type StreamText, withFeed } from "./stream_feed.ts";
import { casedFollowsInStream, LOOK_AHEAD_LIMIT } from "./stream_look_ahead.ts";
import { resultOf } from "./task_runner.ts";
import type { RunContext } from "./run_context.ts";

/**
 * Lower-cases a stream: the main thread fills slots, cuts each at its last reset and lets the workers lower-case them
 * at the same time. Text without a place to cut goes one slot after another with the context carried on. Resolves when
 * everything is handed to `ordered`.
 */
export async function lowerStream(context: RunContext, stream: StreamText, ordered: OrderedRun): Promise<void> {
  await withFeed(context, stream, (feed) => new StreamLowering(context, stream, feed, ordered).run());
}

class StreamLowering {
  readonly #context: RunContext;
  readonly #stream: StreamText;
  readonly #feed: ByteFeed;
  readonly #ordered: OrderedRun;
  /** Offset in the stream of the next slot's first byte. */
  #base: number;
  /** The kernel's context there. */
  #caseContext: number;
  /** Fewer bytes than these are not worth a try: so many were undecided. */
  #minimum = 0;
  /** How the undecided sigma at the start of the next slot ends, where that took a look far ahead. */
  #decided: RangeEnd | undefined;

  constructor(context: RunContext, stream: StreamText, feed: ByteFeed, ordered: OrderedRun) {
    this.#context = context;
    this.#stream = stream;
    this.#feed = feed;
    this.#ordered = ordered;
    this.#base = stream.start?.consumed ?? 0;
    this.#caseContext = stream.start?.context ?? 0;
  }

  async run(): Promise<void> {
    for (let more = true; more;) {
      await this.#stream.enter?.();
      const slot = await this.#context.slots.acquire();
      let handedOver = false;
      try {
        const length = await this.#fill(slot);
        if (length === 0 || this.#ordered.failed || this.#context.stopped) break;
        more = !this.#feed.ended;
        const cut = more ? lastReset(slot.input, length) : length;
        handedOver = true;
        if (cut > 0) this.#startIndependent(slot, cut, length);
        else await this.#continue(slot, length);
      } finally {
        if (!handedOver) this.#context.slots.release(slot);
      }
    }
  }

  #fill(slot: Slot): Promise<number> {
    const room = Math.min(this.#context.chunkBytes, slot.inputBytes);
    return this.#feed.fill(
      () => memoryView(slot.input, room),
      0,
      (end) => this.#stream.isLive && end > this.#minimum && this.#ordered.idle,
    );
  }

  /** What comes after a reset does not depend on what is before it, so the next slot need not wait. */
  #startIndependent(slot: Slot, cut: number, length: number): void {
    this.#feed.giveBack(memoryView(slot.input + cut, length - cut).slice());
    const piece = this.#piece(slot, cut, "end");
    this.#ordered.add(slot, piece);
    this.#reach(cut, 0);
    this.#minimum = 0;
    this.#decided = undefined;
  }

  /** Lower-cases what can be decided of a slot without a reset; the rest goes back to the feed. */
  async #continue(slot: Slot, length: number): Promise<void> {
    let ending: RangeEnd = "more";
    let usable = length;
    if (this.#decided !== undefined) {
      ending = this.#decided;
      usable -= incompleteTail(slot.input, length);
      this.#decided = undefined;
    }
    const full = length === Math.min(this.#context.chunkBytes, slot.inputBytes);
    const lower = this.#piece(slot, usable, ending);
    const consumed = await new Promise<number>((resolve, reject) => {
      let done = 0;
      this.#ordered.add(slot, async (resume) => {
        try {
          const part = await lower(resume);
          done += part.consumed;
          if (part.next === undefined) {
            // Before it is written, and before what is after it is begun.
            this.#reach(done, part.context);
            // Before the slot is used again.
            this.#feed.giveBack(memoryView(slot.input + done, length - done).slice());
            resolve(done);
          }
          return part;
        } catch (error) {
          reject(error);
          throw error;
        }
      });
    });
    this.#minimum = consumed === 0 ? length : 0;
    if (consumed === 0 && full) await this.#lookAhead();
  }

  /** The next slot begins so many bytes after this one. */
  #reach(consumed: number, context: number): void {
    this.#base += consumed;
    this.#caseContext = context;
    this.#stream.onPiece?.({ consumed: this.#base, context });
  }

  async #lookAhead(): Promise<void> {
    const scratch = await this.#context.slots.acquire();
    try {
      const cased = await casedFollowsInStream(this.#feed, scratch, LOOK_AHEAD_LIMIT);
      this.#decided = cased ? "cased" : "end";
    } finally {
      this.#context.slots.release(scratch);
    }
  }

  /** The task for a slot; an offset of invalid bytes is counted from the start of the stream. */
  #piece(slot: Slot, length: number, ending: RangeEnd): (resume: ChunkState | undefined) => Promise<HeldPart> {
    const { runner, settings } = this.#context;
    const { name } = this.#stream;
    const base = this.#base;
    const start = { position: 0, context: this.#caseContext };
    return async (resume) => {
      const outcome = await runner.apply(lowerSlot, [slot, length, ending, settings, resume ?? start]);
      if ("failure" in outcome && outcome.failure.kind === "invalid") {
        const offset = base + (outcome.failure.offset ?? 0);
        return resultOf({ failure: { ...outcome.failure, offset } }, name, name);
      }
      return resultOf(outcome, name, name);
    };
  }
}
