import type { ByteFeed } from "./byte_feed.ts";
import { incompleteTail, lastReset } from "./case_context.ts";
import { lowerSlot } from "./file_tasks.ts";
import type { HeldPart } from "./lower_held.ts";
import type { ChunkState, RangeEnd } from "./lower_chunk.ts";
import type { OrderedRun } from "./ordered_run.ts";
import { memoryView, type Slot } from "./slot.ts";
import { withFeed } from "./stream_feed.ts";
import { casedFollowsInStream, LOOK_AHEAD_LIMIT } from "./stream_look_ahead.ts";
import { resultOf } from "./task_runner.ts";
import type { RunContext } from "./run_context.ts";

/**
 * Lower-cases a stream: the main thread fills slots, cuts each at its last reset and lets the workers lower-case them
 * at the same time. Text without a place to cut goes one slot after another with the context carried on. A slow
 * source is worked on as it comes if it is live; the pieces of one that is not are the same each time. Resolves when everything is handed to `ordered` and, if the source is this module's
 * own, when it is left.
 */
export async function lowerStream(
  context: RunContext,
  name: string,
  bytes: AsyncIterable<Uint8Array>,
  isOwn: boolean,
  ordered: OrderedRun,
  isLive: boolean = true,
): Promise<void> {
  await withFeed(context, bytes, isOwn, (feed) => new StreamRun(context, name, feed, ordered, isLive).run());
}

class StreamRun {
  readonly #context: RunContext;
  readonly #name: string;
  readonly #feed: ByteFeed;
  readonly #ordered: OrderedRun;
  readonly #isLive: boolean;
  /** Offset in the stream of the next slot's first byte. */
  #base = 0;
  /** The kernel's context there. */
  #caseContext = 0;
  /** Fewer bytes than these are not worth a try: so many were undecided. */
  #minimum = 0;
  /** How the undecided sigma at the start of the next slot ends, where that took a look far ahead. */
  #decided: RangeEnd | undefined;

  constructor(context: RunContext, name: string, feed: ByteFeed, ordered: OrderedRun, isLive: boolean) {
    this.#context = context;
    this.#name = name;
    this.#feed = feed;
    this.#ordered = ordered;
    this.#isLive = isLive;
  }

  async run(): Promise<void> {
    for (let more = true; more;) {
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
      (end) => this.#isLive && end > this.#minimum && this.#ordered.idle,
    );
  }

  /** What comes after a reset does not depend on what is before it, so the next slot need not wait. */
  #startIndependent(slot: Slot, cut: number, length: number): void {
    this.#feed.giveBack(memoryView(slot.input + cut, length - cut).slice());
    const piece = this.#piece(slot, cut, "end");
    this.#ordered.add(slot, piece);
    this.#base += cut;
    this.#caseContext = 0;
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
            this.#caseContext = part.context;
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
    this.#base += consumed;
    this.#minimum = consumed === 0 ? length : 0;
    if (consumed === 0 && full) await this.#lookAhead();
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
    const base = this.#base;
    const start = { position: 0, context: this.#caseContext };
    return async (resume) => {
      const outcome = await runner.apply(lowerSlot, [slot, length, ending, settings, resume ?? start]);
      if ("failure" in outcome && outcome.failure.kind === "invalid") {
        const offset = base + (outcome.failure.offset ?? 0);
        return resultOf({ failure: { ...outcome.failure, offset } }, this.#name, this.#name);
      }
      return resultOf(outcome, this.#name, this.#name);
    };
  }
}
