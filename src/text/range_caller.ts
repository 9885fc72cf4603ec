import { settlesWithin } from "../core/deadline.ts";
import { WorkerLostError } from "../core/errors.ts";
import type { Pool } from "../pool/pool.ts";
import { beginAttempt, callsBegun, giveUpAttempt, type MapSlot, NO_RECORD, recordUnderWay } from "./map_slot.ts";
import { mapRange, type RangeAnswer, type RangeRequest } from "./map_tasks.ts";
import { timeoutError } from "./record_calls.ts";
import { type ErrorData, errorData, type MapperSettings } from "./record_form.ts";
import { resultOf } from "./task_runner.ts";

/** How often a range is tried again whose worker is lost at no record of it. */
const RANGE_RETRIES = 2;
/** Milliseconds beyond the time of a call that a worker gets to notice by itself. */
const LATE_GRACE = 500;
/** Milliseconds that workers get to leave their ranges at the end of a run. */
const LEAVE_GRACE = 500;

/** What one range asks for, but for what its attempts differ in. */
export type RangeCall = Omit<RangeRequest, "attempt" | "concurrency" | "lost">;

/** A range that a worker has. */
interface Watch {
  readonly slot: MapSlot;
  readonly attempt: number;
  readonly controller: AbortController;
  record: number;
  calls: number;
  since: number;
  /** Whether its record took too long. */
  isLate: boolean;
}

/**
 * Has ranges done by the workers of a pool. A record at which a worker is lost, or that it does not come back from in
 * time, is found by what the worker notes in shared memory: the range is done again without it.
 */
export class RangeCaller {
  readonly #pool: Pool;
  readonly #settings: MapperSettings;
  readonly #watches: Set<Watch> = new Set();
  readonly #calls: Set<Promise<unknown>> = new Set();
  #timer: ReturnType<typeof setInterval> | undefined;
  #isClosed = false;
  /** Whether a worker may still be at a range that was taken from it. */
  hasGivenUp = false;

  constructor(pool: Pool, settings: MapperSettings) {
    this.#pool = pool;
    this.#settings = settings;
    const { timeout } = settings;
    if (timeout === undefined) return;
    this.#timer = setInterval(() => this.#look(timeout + LATE_GRACE), Math.max(10, Math.min(timeout / 4, 1000)));
    (this.#timer as { unref?: () => void }).unref?.();
  }

  /** Takes all ranges from their workers; resolves when these have left them, or after a while. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#isClosed = true;
    for (const { slot, attempt } of this.#watches) giveUpAttempt(slot, attempt);
    const left = Promise.allSettled(this.#calls);
    if (this.#calls.size > 0 && !await settlesWithin(left, LEAVE_GRACE)) this.hasGivenUp = true;
  }

  /** Does a range. Rejects where that cannot be: with a `FileError`, a `WorkerLostError` at no record, a malformed header. */
  async call(request: RangeCall, path: string): Promise<RangeAnswer> {
    const lost: Map<number, ErrorData> = new Map();
    const losses: Map<number, number> = new Map();
    let { concurrency } = this.#settings;
    for (let rangeLosses = 0;;) {
      const watch = this.#watch(request.slot);
      try {
        const { attempt, controller: { signal } } = watch;
        const full: RangeRequest = { ...request, attempt, concurrency, lost: [...lost] };
        const answer = this.#pool.apply(mapRange, [full], { signal });
        this.#calls.add(answer);
        return resultOf(await answer.finally(() => this.#calls.delete(answer)), path, path);
      } catch (error) {
        if (this.#isClosed) throw error;
        if (!watch.isLate && !(error instanceof WorkerLostError)) throw error;
        const record = watch.isLate ? watch.record : recordUnderWay(request.slot);
        if (record === NO_RECORD) {
          if (++rangeLosses > RANGE_RETRIES) throw error;
        } else if (concurrency > 1) {
          // It may have been any of those under way: one at a time tells.
          concurrency = 1;
        } else {
          const count = (losses.get(record) ?? 0) + 1;
          losses.set(record, count);
          const reason = watch.isLate ? timeoutError(this.#settings.timeout!) : error;
          if (count > this.#settings.retries) lost.set(record, { ...errorData(reason), stack: undefined });
        }
      } finally {
        this.#watches.delete(watch);
      }
    }
  }

  #watch(slot: MapSlot): Watch {
    const attempt = beginAttempt(slot);
    const controller = new AbortController();
    const watch = { slot, attempt, controller, record: NO_RECORD, calls: -1, since: 0, isLate: false };
    this.#watches.add(watch);
    return watch;
  }

  #look(limit: number): void {
    const now = performance.now();
    for (const watch of this.#watches) {
      const record = recordUnderWay(watch.slot);
      const calls = callsBegun(watch.slot);
      if (calls !== watch.calls || record !== watch.record) {
        watch.calls = calls;
        watch.record = record;
        watch.since = now;
      } else if (record !== NO_RECORD && now - watch.since > limit && giveUpAttempt(watch.slot, watch.attempt)) {
        this.hasGivenUp = true;
        watch.isLate = true;
        this.#watches.delete(watch);
        watch.controller.abort(timeoutError(this.#settings.timeout!));
      }
    }
  }
}
