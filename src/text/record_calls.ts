import { TimeoutError } from "../core/errors.ts";
import { isThenable } from "../core/thenable.ts";
import { startTimer } from "../core/deadline.ts";
import { BLANK, type RawRecords } from "./raw_records.ts";
import { type ErrorData, errorData, type FailedRecord, type MapperSettings } from "./record_form.ts";

/** What calling the function for a range's records needs. */
export interface RecordCalls {
  readonly records: RawRecords;
  readonly call: (record: unknown) => unknown;
  readonly settings: MapperSettings;
  readonly concurrency: number;
  /** Records that must not be tried again, by their place, and why. */
  readonly lost: ReadonlyMap<number, ErrorData>;
  /** Told before each call; throws where the range is given up. */
  readonly begin: (index: number) => void;
  /** Takes what a record gave, in the order of the records. */
  readonly take: (value: unknown) => void;
}

/** What came of a range. */
export interface CallsEnd {
  /** Records that the function was called for, or should have been. */
  readonly called: number;
  readonly failed: readonly FailedRecord[];
}

type Outcome = { readonly value: unknown } | { readonly error: unknown };

/**
 * Calls the function for each record, in order. A record that fails fails alone. As long as the function gives no
 * promises nothing is waited for; else up to `concurrency` of them are under way, and what they give is taken in order.
 */
export async function callRecords(work: RecordCalls): Promise<CallsEnd> {
  const { records, settings, lost, concurrency } = work;
  const failed: FailedRecord[] = [];
  const underWay: { readonly index: number; readonly outcome: Promise<Outcome> }[] = [];
  let called = 0;
  const fail = (index: number, error: ErrorData): void => {
    failed.push({ index, offset: records.offset(index), ...records.raw(index), error });
  };
  const finish = (index: number, outcome: Outcome): void => {
    try {
      if ("error" in outcome) throw outcome.error;
      work.take(outcome.value);
    } catch (error) {
      fail(index, errorData(error));
    }
  };
  const finishFirst = async (): Promise<void> => {
    const { index, outcome } = underWay.shift()!;
    finish(index, await outcome);
  };
  for (let index = 0; records.has(index) && !(settings.stops && failed.length > 0); index++) {
    work.begin(index);
    const known = lost.get(index);
    let outcome: Outcome | Promise<Outcome>;
    try {
      if (known !== undefined) outcome = { error: lostError(known) };
      else {
        const record = records.value(index);
        if (record === BLANK) continue;
        outcome = attempt(work, index, record);
      }
    } catch (error) {
      // Where that was thrown is of no interest.
      if (error instanceof Error) error.stack = undefined as never;
      outcome = { error };
    }
    called++;
    if (underWay.length === 0 && !(outcome instanceof Promise)) {
      finish(index, outcome);
      continue;
    }
    underWay.push({ index, outcome: Promise.resolve(outcome) });
    while (underWay.length >= concurrency) await finishFirst();
  }
  while (underWay.length > 0 && !(settings.stops && failed.length > 0)) await finishFirst();
  return { called, failed };
}

function lostError({ name, message, code, stack }: ErrorData): Error {
  const error = Object.assign(new Error(message), { name, code });
  if (stack !== undefined) error.stack = stack;
  return error;
}

/** The first call, and what follows where it gives a promise or throws. */
function attempt(work: RecordCalls, index: number, record: unknown): Outcome | Promise<Outcome> {
  const { retries } = work.settings;
  try {
    const value = work.call(record);
    if (typeof value !== "object" || value === null) return { value };
    if (isThenable(value) || Symbol.asyncIterator in value) return settle(work, index, () => value, retries);
    return { value: isListed(value) ? [...value as Iterable<unknown>] : value };
  } catch (error) {
    return again(work, index, retries, error);
  }
}

async function settle(work: RecordCalls, index: number, start: () => unknown, retries: number): Promise<Outcome> {
  try {
    const value = start();
    return { value: await withinTime(isListed(value) ? listed(value) : value, work.settings.timeout) };
  } catch (error) {
    return again(work, index, retries, error);
  }
}

function again(work: RecordCalls, index: number, retries: number, error: unknown): Outcome | Promise<Outcome> {
  if (retries === 0) return { error };
  const start = (): unknown => {
    work.begin(index);
    return work.call(work.records.value(index));
  };
  return settle(work, index, start, retries - 1);
}

/** Whether what a call gave is a row of values that is made as it is read. */
function isListed(value: unknown): value is AsyncIterable<unknown> | Iterable<unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value) || value instanceof Uint8Array) return false;
  return Symbol.iterator in value || Symbol.asyncIterator in value;
}

async function listed(values: AsyncIterable<unknown> | Iterable<unknown>): Promise<unknown[]> {
  const list: unknown[] = [];
  for await (const value of values) list.push(value);
  return list;
}

async function withinTime(value: unknown, timeout: number | undefined): Promise<unknown> {
  if (timeout === undefined || !isThenable(value)) return settled(await value);
  let stop = (): void => {};
  const late = new Promise<never>((_, reject) => {
    stop = startTimer(timeout, () => reject(timeoutError(timeout)));
  });
  try {
    return settled(await Promise.race([value, late]));
  } finally {
    stop();
  }
}

/** A promise may give a row of values too. */
function settled(value: unknown): unknown {
  return isListed(value) ? listed(value) : value;
}

/** The error of a record whose call took too long. */
export function timeoutError(timeout: number): TimeoutError {
  return new TimeoutError(`The function took longer than ${timeout} ms`);
}
