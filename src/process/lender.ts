import { encodeBytes } from "../channel/byte_codec.ts";
import { decodeBytes } from "../channel/decode_bytes.ts";
import { passingOn } from "../channel/lendable.ts";
import { type LoanAnswer, LoanRequest } from "../channel/loan.ts";
import { EncodedValue } from "../channel/passage.ts";
import type { EncodedAnswer } from "../channel/request_line.ts";
import { ManyhandsError, TaskEncodingError } from "../core/errors.ts";
import { decodeWired, encodingForOutside, type Lending, type WiredForm, wireTypeOf } from "../core/wire.ts";
import { isThenable } from "../core/thenable.ts";
import { waitingForOthers } from "../sync/word_wait.ts";
import type { LoanRequestParts } from "./pipe_messages.ts";

/** Makes the calls of a child on what it was lent, as a thread of this process would. */
export class Lender {
  readonly #answer: (number: number, answer: EncodedAnswer) => void;
  readonly #objects: Map<number, object | LostLoan> = new Map();
  readonly #calls: Map<number, AbortController> = new Map();

  /** `answer` sends the answer to the call of a number. */
  constructor(answer: (number: number, answer: EncodedAnswer) => void) {
    this.#answer = answer;
  }

  /** What the child asks. */
  receive({ kind, number, loan, bytes }: LoanRequestParts): void {
    switch (kind) {
      case LoanRequest.Open:
        return this.#open(loan, bytes);
      case LoanRequest.Call:
        return this.#call(number, loan, decodeBytes(bytes) as CallForm);
      case LoanRequest.Cancel:
        return this.#calls.get(number)?.abort(new ManyhandsError("ERR_ABANDONED", "The call was given up"));
      case LoanRequest.Depart:
        return this.#depart(loan);
      case LoanRequest.Release:
        return this.#release(loan);
    }
  }

  /** The child is gone: its calls are given up, its handles closed. */
  close(): void {
    for (const call of this.#calls.values()) call.abort(new ManyhandsError("ERR_ABANDONED", "The caller is gone"));
    for (const loan of [...this.#objects.keys()]) this.#release(loan);
  }

  #open(loan: number, bytes: Uint8Array): void {
    try {
      this.#objects.set(loan, decodeWired(JSON.parse(new TextDecoder().decode(bytes)) as WiredForm));
    } catch (error) {
      // Who uses it hears of it.
      this.#objects.set(loan, new LostLoan(error));
    }
  }

  #call(number: number, loan: number, [method, timeout, ...args]: CallForm): void {
    const controller = new AbortController();
    this.#calls.set(number, controller);
    const finish = (isValue: boolean, outcome: unknown): void => {
      this.#calls.delete(number);
      this.#answer(number, encodeAnswer(isValue, outcome));
    };
    try {
      const object = this.#objects.get(loan);
      if (object instanceof LostLoan) throw object.reason;
      const call = lendingOf(object!).methods[method]!;
      const value = waitingForOthers(() => call(object!, args, { timeout, signal: controller.signal }));
      if (!isThenable(value)) return finish(true, value);
      void Promise.resolve(value).then((late) => finish(true, late), (error) => finish(false, error));
    } catch (error) {
      finish(false, error);
    }
  }

  #depart(loan: number): void {
    const object = this.#objects.get(loan);
    if (object === undefined || object instanceof LostLoan) return;
    try {
      encodingForOutside(() => wireTypeOf(object)!.encode(object), "child");
    } catch {
      // Who receives a handle of something that is closed or disposed of hears of it there.
    }
  }

  #release(loan: number): void {
    const object = this.#objects.get(loan);
    this.#objects.delete(loan);
    if (object !== undefined && !(object instanceof LostLoan)) lendingOf(object).close(object);
  }
}

type CallForm = readonly [method: string, timeout: number | undefined, ...args: unknown[]];

/** In the place of an object that was not there any more. */
class LostLoan {
  readonly reason: unknown;

  constructor(reason: unknown) {
    this.reason = reason;
  }
}

function lendingOf(object: object): Lending {
  return wireTypeOf(object)!.lending!;
}

function encodeAnswer(isValue: boolean, outcome: unknown): EncodedAnswer {
  if (outcome instanceof EncodedValue) return { bytes: outcome.bytes, isValue: true };
  const encode = (answer: LoanAnswer): EncodedAnswer => {
    const { encoded, handles } = passingOn(() => encodingForOutside(() => encodeBytes(answer, "answer"), "child"));
    for (const handle of new Set(handles)) lendingOf(handle).close(handle);
    return { bytes: encoded, isValue: false };
  };
  try {
    return encode([isValue, outcome]);
  } catch (error) {
    if (!(error instanceof TaskEncodingError)) return encode([false, new TaskEncodingError("item", String(error))]);
    const path = error.path.replace(/^answer\[1\]/, "item");
    return encode([false, new TaskEncodingError(path, error.message.replace(/^.*?: it is /, ""))]);
  }
}
