import { ManyhandsError } from "../core/errors.ts";

/** One client of a server: a thread or another process. What it holds is let go of when it is lost. */
export class Caller {
  readonly #bringsFunctions: boolean;
  readonly #listeners: Set<() => void> = new Set();
  #isLost = false;

  /** `bringsFunctions`: whether functions that it sends are run. */
  constructor(bringsFunctions: boolean) {
    this.#bringsFunctions = bringsFunctions;
  }

  /** Throws where functions that the client sends are not run here. */
  checkFunctions(): void {
    if (this.#bringsFunctions) return;
    throw new ManyhandsError(
      "ERR_FUNCTION_REFUSED",
      "The manager runs no functions of clients from other programs: register a type with a method that does it, or " +
        "start the manager with trustClients",
    );
  }

  /** Whether its connection has ended. */
  get isLost(): boolean {
    return this.#isLost;
  }

  /** Calls `listener` when the connection ends; returns what takes that back. */
  onLost(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Says that the connection has ended. */
  lose(): void {
    this.#isLost = true;
    for (const listener of [...this.#listeners]) listener();
  }
}

/** A call that a server runs. */
export class Call {
  readonly caller: Caller;
  #abandoned = false;
  #listener: (() => void) | undefined;

  /** A call of `caller`. */
  constructor(caller: Caller) {
    this.caller = caller;
  }

  /** Whether nobody waits for its answer any more. */
  get isAbandoned(): boolean {
    return this.#abandoned || this.caller.isLost;
  }

  /** Calls `listener`, one at a time, when nobody waits for the answer any more; returns what takes that back. */
  onAbandoned(listener: () => void): () => void {
    this.#listener = listener;
    const unlisten = this.caller.onLost(listener);
    return () => {
      this.#listener = undefined;
      unlisten();
    };
  }

  /** Says that the caller has given it up. */
  abandon(): void {
    this.#abandoned = true;
    this.#listener?.();
  }
}

let current: Call = new Call(new Caller(false));

/** The call that runs now. Only there before the first `await` of a method: it must be read at once. */
export function currentCall(): Call {
  return current;
}

/** Runs `method` as `call`. */
export function runAs<R>(call: Call, method: () => R): R {
  const before = current;
  current = call;
  try {
    return method();
  } finally {
    current = before;
  }
}
