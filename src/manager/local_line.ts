import { runtime } from "../runtime/current.ts";
import type { Lifeline } from "../runtime/port.ts";
import type { Line, LineMessage } from "./line.ts";
import { Turns } from "./turns.ts";

/** The two sides of a line between a client and a server on one thread. */
export function localLine(): { readonly client: Line; readonly server: Line } {
  const client = new LocalLine();
  const server = new LocalLine();
  client.other = server;
  server.other = client;
  return { client, server };
}

let lifeline: Lifeline | undefined;

/** What keeps the program alive, one for all lines of the thread. */
function life(): Lifeline {
  return lifeline ??= runtime.lifeline();
}

class LocalLine implements Line {
  other: LocalLine = this;
  readonly #sent: LineMessage[] = [];
  readonly #turns: Turns = new Turns();
  readonly #onEnd: Set<() => void> = new Set();
  #onMessage: (message: LineMessage) => void = () => {};
  #isDelivering = false;
  #isEnding = false;
  #isOver = false;

  send(message: LineMessage): void {
    if (this.#isOver || this.#isEnding) return;
    this.#sent.push(message);
    if (!this.#isDelivering) void this.#deliver();
  }

  onMessage(listener: (message: LineMessage) => void): void {
    this.#onMessage = listener;
  }

  onEnd(listener: () => void): void {
    this.#onEnd.add(listener);
  }

  /** Those who wait hear of it themselves. */
  onInterrupt(): void {}

  hold(): void {
    life().hold();
  }

  release(): void {
    life().release();
  }

  end(): void {
    this.#isEnding = true;
    if (!this.#isDelivering) this.destroy();
  }

  destroy(): void {
    this.#finish();
    this.other.#finish();
  }

  #finish(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    for (const listener of this.#onEnd) listener();
  }

  /** After what is running, as over any other line. */
  async #deliver(): Promise<void> {
    this.#isDelivering = true;
    await this.#turns.give();
    for (let message = this.#sent.shift(); message !== undefined; message = this.#sent.shift()) {
      if (!this.other.#isOver) this.other.#onMessage(message);
    }
    this.#isDelivering = false;
    if (this.#isEnding) this.destroy();
  }
}
