import { concatenated } from "../core/concatenated.ts";
import { settlesWithin } from "../core/deadline.ts";
import { WorkerLostError } from "../core/errors.ts";
import type { Pool } from "../pool/pool.ts";
import { type FilesAnswer, type FilesRequest, mapFiles } from "./map_file_tasks.ts";
import {
  beginAttempt,
  callsBegun,
  giveUpAttempt,
  type MapSlot,
  NO_RECORD,
  type RecordPlace,
  recordUnderWay,
} from "./map_slot.ts";
import { type Attempt, mapRange, type RangeAnswer, type RangeRequest } from "./map_tasks.ts";
import { timeoutError } from "./record_calls.ts";
import { type ErrorData, errorData, type MapperSettings } from "./record_form.ts";
import { memoryView } from "./slot.ts";
import { resultOf } from "./task_runner.ts";

/** How often a range is tried again whose worker is lost at no record of it. */
const RANGE_RETRIES = 2;
/** Milliseconds beyond the time of a call that a worker gets to notice by itself. */
const LATE_GRACE = 500;
/** Milliseconds that workers get to leave their ranges at the end of a run. */
const LEAVE_GRACE = 500;

/** What one range asks for, but for what its attempts differ in. */
export type RangeCall = Omit<RangeRequest, keyof Attempt>;

/** The same of small files. */
export type FilesCall = Omit<FilesRequest, keyof Attempt>;

/** A range that a worker has. */
interface Watch {
  readonly slot: MapSlot;
  readonly attempt: number;
  readonly controller: AbortController;
  place: RecordPlace;
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
    const answer = await this.#attempts(
      request.slot,
      (attempt, signal) => this.#pool.apply(mapRange, [{ ...request, ...attempt }], { signal }),
    );
    return resultOf(answer, path, path);
  }

  /** Does small files. One that cannot be done, as where a worker is lost at no record of it, fails alone. */
  async callFiles(request: FilesCall): Promise<FilesAnswer> {
    try {
      return await this.#attempts(
        request.slot,
        (attempt, signal) => this.#pool.apply(mapFiles, [{ ...request, ...attempt }], { signal }),
      );
    } catch (error) {
      if (this.#isClosed) throw error;
      if (request.files.length > 1) return await this.#oneByOne(request);
      return { files: [{ thrown: errorData(error) }], produced: 0, rest: undefined, values: undefined, worker: "" };
    }
  }

  async #oneByOne(request: FilesCall): Promise<FilesAnswer> {
    const { slot } = request;
    const answers: FilesAnswer[] = [];
    for (const file of request.files) {
      const answer = await this.callFiles({ ...request, files: [file] });
      // The next one writes to the slot.
      const produced = memoryView(slot.output, answer.produced).slice();
      const rest = concatenated(answer.rest === undefined ? [produced] : [produced, answer.rest]);
      answers.push({ ...answer, produced: 0, rest });
      if (this.#settings.stops && answer.files.some((end) => "done" in end && end.done.failed.length > 0)) break;
    }
    return {
      files: answers.flatMap(({ files }) => files),
      produced: 0,
      rest: concatenated(answers.map(({ rest }) => rest!)),
      values: this.#settings.values ? answers.flatMap(({ values }) => values ?? []) : undefined,
      worker: answers.at(-1)!.worker,
    };
  }

  /** Tries again without the records at which workers are lost. */
  async #attempts<A>(slot: MapSlot, start: (attempt: Attempt, signal: AbortSignal) => Promise<A>): Promise<A> {
    const lost: Map<string, RecordPlace & { readonly error: ErrorData }> = new Map();
    const losses: Map<string, number> = new Map();
    let { concurrency } = this.#settings;
    for (let otherLosses = 0;;) {
      const watch = this.#watch(slot);
      try {
        const { attempt, controller: { signal } } = watch;
        const answer = start({ attempt, concurrency, lost: [...lost.values()] }, signal);
        this.#calls.add(answer);
        return await answer.finally(() => this.#calls.delete(answer));
      } catch (error) {
        if (this.#isClosed) throw error;
        if (!watch.isLate && !(error instanceof WorkerLostError)) throw error;
        const place = watch.isLate ? watch.place : recordUnderWay(slot);
        if (place.record === NO_RECORD) {
          if (++otherLosses > RANGE_RETRIES) throw error;
        } else if (concurrency > 1) {
          // It may have been any of those under way: one at a time tells.
          concurrency = 1;
        } else {
          const key = `${place.file}:${place.record}`;
          const count = (losses.get(key) ?? 0) + 1;
          losses.set(key, count);
          const reason = watch.isLate ? timeoutError(this.#settings.timeout!) : error;
          if (count > this.#settings.retries) {
            lost.set(key, { ...place, error: { ...errorData(reason), stack: undefined } });
          }
        }
      } finally {
        this.#watches.delete(watch);
      }
    }
  }

  #watch(slot: MapSlot): Watch {
    const attempt = beginAttempt(slot);
    const controller = new AbortController();
    const place = { file: 0, record: NO_RECORD };
    const watch = { slot, attempt, controller, place, calls: -1, since: 0, isLate: false };
    this.#watches.add(watch);
    return watch;
  }

  #look(limit: number): void {
    const now = performance.now();
    for (const watch of this.#watches) {
      const place = recordUnderWay(watch.slot);
      const calls = callsBegun(watch.slot);
      if (calls !== watch.calls || place.record !== watch.place.record) {
        watch.calls = calls;
        watch.place = place;
        watch.since = now;
      } else if (place.record !== NO_RECORD && now - watch.since > limit && giveUpAttempt(watch.slot, watch.attempt)) {
        this.hasGivenUp = true;
        watch.isLate = true;
        this.#watches.delete(watch);
        watch.controller.abort(timeoutError(this.#settings.timeout!));
      }
    }
  }
}
