import {
  answerRequest,
  discardRequest,
  type EncodedAnswer,
  type Request,
  RequestLine,
} from "../channel/request_line.ts";
import { LoanRequest } from "../channel/loan.ts";
import { isOwnerDead } from "../memory/owner_deaths.ts";

/** Milliseconds between looks for threads that have ended and left something open. */
const INSPECTION_MS = 200;

/** What a thread has open: handles, and calls by their number, with the place of their request. */
interface Account {
  readonly loans: Set<number>;
  readonly calls: Map<number, number>;
}

/** Passes on to the parent what the threads of this process ask of it, and the answers to them. */
export class LoanDesk {
  readonly #line: RequestLine = new RequestLine();
  readonly #send: (request: Request) => void;
  readonly #accounts: Map<number, Account> = new Map();
  readonly #owners: Map<number, number> = new Map();
  #inspection: ReturnType<typeof setInterval> | undefined;

  constructor(send: (request: Request) => void) {
    this.#send = send;
    this.#line.serve();
    void this.#serve();
  }

  async #serve(): Promise<void> {
    for (;;) {
      this.flush();
      const asked = this.#line.sleep();
      if (asked !== undefined) await asked;
    }
  }

  /** Passes on what has been asked until now. */
  flush(): void {
    for (const request of this.#line.takeAll()) {
      this.#note(request);
      this.#send(request);
      if (request.kind !== LoanRequest.Call) discardRequest(request.byteOffset);
    }
  }

  #note({ kind, number, loan, owner, byteOffset }: Request): void {
    const account = this.#account(owner);
    if (kind === LoanRequest.Open) account.loans.add(loan);
    if (kind === LoanRequest.Release) account.loans.delete(loan);
    if (kind !== LoanRequest.Call) return;
    account.calls.set(number, byteOffset);
    this.#owners.set(number, owner);
  }

  #account(owner: number): Account {
    let account = this.#accounts.get(owner);
    if (account === undefined) {
      this.#accounts.set(owner, account = { loans: new Set(), calls: new Map() });
      // The end of the first thread is the end of this process.
      if (this.#accounts.size > 1) this.#inspection ??= setInterval(() => this.#inspect(), INSPECTION_MS);
    }
    return account;
  }

  /** Hands an answer to the thread that waits for it. */
  answer(number: number, answer: EncodedAnswer): void {
    const owner = this.#owners.get(number);
    this.#owners.delete(number);
    const calls = owner === undefined ? undefined : this.#accounts.get(owner)?.calls;
    const byteOffset = calls?.get(number);
    if (byteOffset === undefined) return;
    calls!.delete(number);
    answerRequest(byteOffset, answer);
  }

  /** Gives up what threads that have ended left. */
  #inspect(): void {
    for (const [owner, { loans, calls }] of this.#accounts) {
      if (!isOwnerDead(owner)) continue;
      this.#accounts.delete(owner);
      for (const [number, byteOffset] of calls) {
        this.#owners.delete(number);
        discardRequest(byteOffset);
        this.#pass(LoanRequest.Cancel, number, 0);
      }
      for (const loan of loans) this.#pass(LoanRequest.Release, 0, loan);
    }
    if (this.#accounts.size > 1) return;
    clearInterval(this.#inspection);
    this.#inspection = undefined;
  }

  #pass(kind: number, number: number, loan: number): void {
    this.#send({ kind, number, loan, owner: 0, bytes: new Uint8Array(0), byteOffset: 0 });
  }
}
