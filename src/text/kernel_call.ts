import { openTextKernel, type TextCall, type TextKernel } from "../kernels/text_kernel.ts";
import { typedView } from "../memory/linear_memory.ts";
import { TaskFailure } from "./file_failure.ts";
import type { Slot } from "./slot.ts";

/** Words of a slot by which the main thread knows the call that a worker is in. */
export const CALL_WORDS = 5;

/** Counts beginnings and ends of calls: while it is odd, a call is under way. */
const COUNT = 0;
const START_LOW = 1;
const START_HIGH = 2;
const LENGTH = 3;
const FILE = 4;

const WORD = 2 ** 32;

/** A call that is under way. */
export interface CallUnderWay {
  /** Differs from that of every other call of the slot. */
  readonly count: number;
  /** The part of the text, in bytes. */
  readonly start: number;
  readonly end: number;
  /** Number of the file among those of the task. */
  readonly file: number;
}

/** The call that is under way in a slot; undefined if none is. */
export function callUnderWay(slot: Slot): CallUnderWay | undefined {
  const words = typedView(Uint32Array, slot.call!, CALL_WORDS);
  const count = Atomics.load(words, COUNT);
  if (count % 2 === 0) return undefined;
  const start = words[START_HIGH]! * WORD + words[START_LOW]!;
  return { count, start, end: start + words[LENGTH]!, file: words[FILE]! };
}

let adopted: TextKernel | undefined;
let opened: { readonly call: TextCall; readonly isInPlace: boolean } | undefined;

/** Says which kernel this thread runs; a worker hears it at its start. */
export function adoptTextKernel(kernel: TextKernel): void {
  adopted = kernel;
  opened = undefined;
}

/** The kernel of this thread, called for pieces of one text in a slot. */
export class KernelCalls {
  /** Whether a piece becomes what it becomes where it lies. */
  readonly isInPlace: boolean;
  readonly #call: TextCall;
  readonly #words: Uint32Array;

  /** @param file number of the text among those of the task */
  constructor(slot: Slot, file: number) {
    opened ??= openTextKernel(adopted!);
    this.isInPlace = opened.isInPlace;
    this.#call = opened.call;
    this.#words = typedView(Uint32Array, slot.call!, CALL_WORDS);
    this.#words[FILE] = file;
    // A worker that was lost in a call has not counted its end.
    if (this.#words[COUNT]! % 2 === 1) Atomics.add(this.#words, COUNT, 1);
  }

  /**
   * Has the kernel work on `length` bytes at `source`, which are those from `position` on of the text; what becomes of
   * them goes to `destination`, where there is room for `capacity` bytes. Returns the length of that. Throws
   * `TaskFailure` where the kernel traps, or returns what cannot be.
   */
  run(position: number, source: number, length: number, destination: number, capacity: number): number {
    const words = this.#words;
    words[START_LOW] = position % WORD;
    words[START_HIGH] = Math.floor(position / WORD);
    words[LENGTH] = length;
    Atomics.add(words, COUNT, 1);
    let produced: unknown;
    try {
      if (this.isInPlace) {
        this.#call(source, length);
        return length;
      }
      produced = this.#call(source, length, destination, capacity);
    } catch (error) {
      throw callFailure("ERR_KERNEL_TRAPPED", position, length, `the kernel trapped: ${(error as Error).message}`);
    } finally {
      Atomics.add(words, COUNT, 1);
    }
    if (typeof produced === "number" && produced >= 0 && produced <= capacity) return produced;
    throw callFailure(
      "ERR_KERNEL_RESULT",
      position,
      length,
      `expected the kernel to return a length from 0 to ${capacity}, found ${String(produced)}`,
    );
  }
}

/** The failure of a kernel for a part of a text. */
export function callFailure(
  code: NonNullable<TaskFailure["data"]["call"]>["code"],
  start: number,
  length: number,
  message: string,
): TaskFailure {
  return new TaskFailure({ kind: "kernel", message, call: { code, start, end: start + length } });
}
