import { detach, detachNear, type NearPayload, type Payload } from "../channel/frame_sender.ts";
import { freeBlock } from "../channel/payload_block.ts";

/** A function that the pool's workers know, or will be told of before its first task. */
export interface PoolFunction {
  readonly number: number;
  /** Its `TaskDefinition`, encoded. */
  readonly definition: Payload;
  /** Calls of it that go to a worker at work before another one is woken for them. */
  packed: number;
}

/** What tasks belong to: it takes their answers. */
export interface Job {
  /** A worker answered: `kind` is `Result`, `Outcomes` or `Failure` of `FrameKind`. */
  settle(task: PoolTask, kind: number, value: unknown): void;
  /** There will be no answer. */
  fail(task: PoolTask, error: Error): void;
}

/** No input, where any value can be one. */
const NONE = Symbol("none");

/**
 * One piece of work for one worker: a call, or a chunk of them. Bursts make thousands at once, so it is one plain object
 * that its constructor fills: fields with values of their own, private ones and subclasses all cost a call each.
 */
export class PoolTask {
  declare readonly job: Job;
  declare readonly kind: number;
  declare readonly fn: PoolFunction;
  /** Index of its first item in the job. */
  declare readonly index: number;
  /** How often it may still be repeated after its worker was lost. */
  declare retries: number;
  /** Number on the wire while it is unsettled. */
  declare id: number;
  /** Number of the worker that holds it, -1 where none does. */
  declare holder: number;
  /** Where its frame lies in its worker's ring, -1 while it is not all there. */
  declare place: number;
  /** Encoded bytes of its input, then of its answer. */
  declare bytes: number;
  /** It has its answer, or its job wants none any more. */
  declare isSettled: boolean;
  /** Its input, encoded, once that had to leave the caller's hands; absent while it lies in a ring. */
  declare payload: NearPayload | undefined;
  /** Its input, where nobody can change it: a list of one is kept as that one, since millions may wait. */
  declare private immutable: unknown;
  /** What settles it, where it is one call. */
  declare readonly resolve: ((value: never) => void) | undefined;
  /** What rejects it, where that is not left to `resolve`. */
  declare readonly reject: ((error: unknown) => void) | undefined;
  /** Takes the watches on its call away. */
  declare release: (() => void) | undefined;

  constructor(
    job: Job,
    kind: number,
    fn: PoolFunction,
    index: number,
    retries: number,
    resolve?: (value: never) => void,
    reject?: (error: unknown) => void,
  ) {
    this.job = job;
    this.kind = kind;
    this.fn = fn;
    this.index = index;
    this.retries = retries;
    this.id = -1;
    this.holder = -1;
    this.place = -1;
    this.bytes = 0;
    this.isSettled = false;
    this.payload = undefined;
    this.immutable = NONE;
    this.resolve = resolve;
    this.reject = reject;
    this.release = undefined;
  }

  /** There will be no answer. */
  fail(error: Error): void {
    this.job.fail(this, error);
  }

  /**
   * Keeps the input for later, whatever the caller does with it then. `isNear`: it goes to a thread of this process of
   * the operating system.
   *
   * @throws {TaskEncodingError} where it cannot travel; `root` names it
   */
  keep(input: unknown[], root: string, isNear: boolean): void {
    if (isSmallAndImmutable(input)) {
      this.immutable = input.length === 1 ? input[0] : input.slice();
      return;
    }
    this.payload = isNear ? detachNear(input, root) : detach(input, root);
    this.bytes = lengthOf(this.payload);
  }

  /** Nobody reads the input any more. */
  drop(): void {
    if (this.payload !== undefined && "block" in this.payload) freeBlock(this.payload.block);
    this.payload = undefined;
  }

  /** Its input, where that is kept as it is: encoding it waits until there is room for it. */
  get input(): unknown[] | undefined {
    if (this.immutable === NONE) return undefined;
    return Array.isArray(this.immutable) ? this.immutable : [this.immutable];
  }

  /** Whether its input is here and not in a ring. */
  get isKept(): boolean {
    return this.immutable !== NONE || this.payload !== undefined;
  }
}

/** Bytes, about; 0 where only its clone would tell. */
function lengthOf(payload: NearPayload): number {
  if ("bytes" in payload) return payload.bytes.length;
  if ("block" in payload) return payload.block.length;
  return "text" in payload ? payload.text.length : 0;
}

const FEW_ARGUMENTS = 4;
const SHORT_STRING = 32;

function isSmallAndImmutable(input: unknown[]): boolean {
  if (input.length > FEW_ARGUMENTS) return false;
  for (const item of input) {
    const type = typeof item;
    const isSimple = type === "number" || type === "boolean" || item === null || item === undefined ||
      (type === "string" && (item as string).length <= SHORT_STRING);
    if (!isSimple) return false;
  }
  return true;
}
