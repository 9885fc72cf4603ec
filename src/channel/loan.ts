import { ClosedError } from "../core/errors.ts";
import { isStopRequested } from "../core/stop_request.ts";
import { waitAsync, waitingForOthers, type WaitOptions, waitSync } from "../sync/word_wait.ts";
import { encodeBytes } from "./byte_codec.ts";
import { PendingRequest, RequestLine } from "./request_line.ts";

/** What a child asks of its parent about what it has from there. */
export const LoanRequest = {
  /** It has a new handle to an object, whose number is given. The bytes are `[tag, form]` in JSON. */
  Open: 1,
  /** A call; the bytes are `[method, timeout, ...args]`. */
  Call: 2,
  /** The call of the number is given up; it is answered nevertheless. */
  Cancel: 3,
  /** The handle is on its way to another process. */
  Depart: 4,
  /** It does not use the handle any more. */
  Release: 5,
} as const;

/** The answer to a call. */
export type LoanAnswer = readonly [isValue: boolean, outcome: unknown];

/** How an object in shared memory goes to processes that do not share it: where its memory is, and how it goes there. */
export interface LentForm {
  /** Number of the process of the operating system in whose memory it lies. */
  readonly home: number;
  /** Its form on the wire between the threads of that process. */
  readonly form: unknown;
}

let ownLine: RequestLine | undefined;

function line(): RequestLine {
  return ownLine ??= new RequestLine();
}

const dropped: FinalizationRegistry<number> = new FinalizationRegistry((number) => {
  line().post(LoanRequest.Release, 0, number);
});

/**
 * An object of a process above this one, which only calls reach: they go over the pipe to the parent, which makes them
 * or passes them on. Any thread may make them, also one that blocks.
 */
export class Loan {
  readonly lent: LentForm;
  readonly #number: number;
  #isReleased = false;

  /** Tells the parent of a handle to the object of class `tag` that came in the form. */
  constructor(tag: string, lent: LentForm) {
    if (!line().isServed) {
      throw new ClosedError(`Received a ${tag} of process ${lent.home}, which is none of those that started this one`);
    }
    this.lent = lent;
    this.#number = line().nextNumber();
    // Not in the packer's own format: it may be in the middle of a value.
    const text = JSON.stringify([tag, lent]);
    line().post(LoanRequest.Open, 0, this.#number, new TextEncoder().encode(text));
    dropped.register(this, this.#number, this);
  }

  /** Calls a method of the object's. Rejects with what that throws, or with the reason of the signal. */
  async call(method: string, args: readonly unknown[] = [], { timeout, signal }: WaitOptions = {}): Promise<unknown> {
    signal?.throwIfAborted();
    const { number, request } = this.#ask(method, args, timeout);
    try {
      await waitForAnswer(request, signal);
    } catch (error) {
      line().post(LoanRequest.Cancel, number, this.#number);
      if (isStopRequested()) throw error;
      await waitingForOthers(() => waitForAnswer(request));
      const [isValue, outcome] = answerOf(request);
      // What was taken for this call before it was given up would be lost otherwise.
      if (isValue && signal?.aborted === true) return outcome;
      throw error;
    }
    return outcomeOf(request);
  }

  /** As `call`, but blocks the thread. */
  callSync(method: string, args: readonly unknown[] = [], timeout?: number): unknown {
    const { number, request } = this.#ask(method, args, timeout);
    const look = (): number | undefined => request.isAnswered ? undefined : 0;
    try {
      waitSync(request.words, request.bell, look);
    } catch (error) {
      line().post(LoanRequest.Cancel, number, this.#number);
      throw error;
    }
    return outcomeOf(request);
  }

  #ask(method: string, args: readonly unknown[], timeout: number | undefined) {
    const number = line().nextNumber();
    const bytes = encodeBytes([method, timeout, ...args], "call");
    return { number, request: new PendingRequest(line().post(LoanRequest.Call, number, this.#number, bytes)) };
  }

  /** Its form for another process or thread, which is going to have a handle of its own. */
  depart(): LentForm {
    line().post(LoanRequest.Depart, 0, this.#number);
    return this.lent;
  }

  /** Gives the handle up. */
  release(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    dropped.unregister(this);
    line().post(LoanRequest.Release, 0, this.#number);
  }
}

function waitForAnswer(request: PendingRequest, signal?: AbortSignal): Promise<boolean> {
  return waitAsync(request.words, request.bell, () => request.isAnswered ? undefined : 0, { signal });
}

function answerOf(request: PendingRequest): LoanAnswer {
  const { value, isValue } = request.take();
  return isValue ? [true, value] : value as LoanAnswer;
}

function outcomeOf(request: PendingRequest): unknown {
  const [isValue, outcome] = answerOf(request);
  if (isValue) return outcome;
  throw outcome;
}
