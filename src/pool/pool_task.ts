import { detach, detachNear, type NearPayload, type Payload } from "../channel/frame_sender.ts";
import { freeBlock } from "../channel/payload_block.ts";

/** A function that the pool's workers know, or will be told of before its first task. */
export interface PoolFunction {
  readonly number: number;
  /** Its `TaskDefinition`, encoded. */
  readonly definition: Payload;
  /** Microseconds that a call of it takes, as far as its last worker tells. */
  callCost: number;
}

/** No input, where any value can be one. */
const NONE = Symbol("none");

/** One piece of work for one worker: a call, or a chunk of them. */
export abstract class PoolTask {
  readonly kind: number;
  readonly fn: PoolFunction;
  /** Index of its first item in the job. */
  readonly index: number;
  /** Number on the wire while it is unsettled. */
  id = -1;
  /** Its input, encoded, once that had to leave the caller's hands; absent while it lies in a ring. */
  payload: NearPayload | undefined;
  /** Its input, where nobody can change it: a list of one is kept as that one, since millions may wait. */
  #immutable: unknown = NONE;
  /** Number of the worker that holds it, -1 where none does. */
  holder = -1;
  /** Where its frame lies in its worker's ring, -1 while it is not all there. */
  place = -1;
  /** Encoded bytes of its input, then of its answer. */
  bytes = 0;
  /** How often it may still be repeated after its worker was lost. */
  retries: number;
  /** It has its answer, or its job wants none any more. */
  isSettled = false;

  constructor(kind: number, fn: PoolFunction, index: number, retries: number) {
    this.kind = kind;
    this.fn = fn;
    this.index = index;
    this.retries = retries;
  }

  /** The worker answered: `kind` is `Result`, `Outcomes` or `Failure` of `FrameKind`. */
  abstract settle(kind: number, value: unknown): void;

  /** There will be no answer. */
  abstract fail(error: Error): void;

  /**
   * Keeps the input for later, whatever the caller does with it then. `isNear`: it goes to a thread of this process of
   * the operating system.
   *
   * @throws {TaskEncodingError} where it cannot travel; `root` names it
   */
  keep(input: unknown[], root: string, isNear: boolean): void {
    if (isSmallAndImmutable(input)) {
      this.#immutable = input.length === 1 ? input[0] : input.slice();
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
    if (this.#immutable === NONE) return undefined;
    return Array.isArray(this.#immutable) ? this.#immutable : [this.#immutable];
  }

  /** Whether its input is here and not in a ring. */
  get isKept(): boolean {
    return this.#immutable !== NONE || this.payload !== undefined;
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
