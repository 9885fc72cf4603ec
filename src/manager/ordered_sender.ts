import { TimeoutError } from "../core/errors.ts";
import type { Connection } from "../queue/connection.ts";

/** Sends through a pipe without waiting: what finds no room is sent in its turn. */
export class OrderedSender {
  readonly #connection: Connection;
  readonly #onFailure: () => void;
  #last: Promise<void> = Promise.resolve();
  #waiting = 0;

  /** `onFailure` is called where the other end is gone. */
  constructor(connection: Connection, onFailure: () => void) {
    this.#connection = connection;
    this.#onFailure = onFailure;
  }

  /** Resolves when all that was sent so far is in the pipe. */
  get settled(): Promise<void> {
    return this.#last;
  }

  /** Sends a value. Throws what the codec throws where it cannot be sent. */
  send(value: unknown): void {
    if (this.#waiting > 0 || !this.#sendNow(value)) this.#sendLater(value);
  }

  #sendNow(value: unknown): boolean {
    try {
      this.#connection.sendSync(value, 0);
    } catch (error) {
      if (error instanceof TimeoutError) return false;
      if (!isEnd(error)) throw error;
      this.#onFailure();
    }
    return true;
  }

  #sendLater(value: unknown): void {
    this.#waiting++;
    this.#last = this.#last.then(async () => {
      try {
        await this.#connection.send(value);
      } catch {
        this.#onFailure();
      }
      this.#waiting--;
    });
  }
}

function isEnd(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return code === "ERR_CLOSED" || code === "ERR_STOPPED";
}
