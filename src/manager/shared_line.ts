import { InterruptedError } from "../core/errors.ts";
import type { Connection } from "../queue/connection.ts";
import type { FrameSocket } from "../queue/frame_socket.ts";
import type { Line, LineMessage } from "./line.ts";
import { OrderedSender } from "./ordered_sender.ts";
import { ShortWait } from "./short_wait.ts";
import { Turns } from "./turns.ts";

/** Milliseconds for which answers are taken that nobody waits for. */
const UNHELD_MS = 200;

/**
 * A client's line to a server in the same program, through pipes in the shared memory. Each message is answered, and it
 * listens only while answers are due: then a program that does nothing else sleeps.
 */
export class SharedLine implements Line {
  readonly #frames: FrameSocket;
  readonly #client: number;
  readonly #requests: Connection;
  readonly #answers: Connection;
  readonly #sender: OrderedSender;
  readonly #turns: Turns = new Turns();
  readonly #shortWait: ShortWait = new ShortWait();
  readonly #onEnd: Set<() => void> = new Set();
  #onMessage: (message: LineMessage) => void = () => {};
  #onInterrupt: (error: Error) => void = () => {};
  #due = 0;
  #holds = 0;
  /** Ends the wait for an answer that nobody waits for any more. */
  #rouse: (() => void) | undefined;
  #isListening = false;
  #isOver = false;

  /** For the `client` of this number. The socket, by which both have met, stays: its end is the line's. */
  constructor(frames: FrameSocket, client: number, requests: Connection, answers: Connection) {
    this.#frames = frames;
    this.#client = client;
    this.#requests = requests;
    this.#answers = answers;
    this.#sender = new OrderedSender(requests, () => this.#finish());
    frames.onEnd(() => this.#finish());
  }

  send(message: LineMessage): void {
    if (this.#isOver) return;
    this.#sender.send([this.#client, ...message]);
    this.#due++;
    this.#listen();
  }

  onMessage(listener: (message: LineMessage) => void): void {
    this.#onMessage = listener;
  }

  onEnd(listener: () => void): void {
    this.#onEnd.add(listener);
  }

  onInterrupt(listener: (error: Error) => void): void {
    this.#onInterrupt = listener;
  }

  hold(): void {
    this.#holds++;
    this.#listen();
  }

  release(): void {
    if (--this.#holds === 0) this.#rouse?.();
  }

  end(): void {
    void this.#sender.settled.then(() => this.destroy());
  }

  destroy(): void {
    this.#isOver = true;
    this.#requests.close();
    this.#answers.close();
    this.#frames.destroy();
  }

  #finish(): void {
    if (this.#isOver) return;
    this.destroy();
    for (const listener of this.#onEnd) listener();
  }

  /** Begins after what is running, which may send more. */
  #listen(): void {
    if (this.#isListening || this.#due === 0) return;
    this.#isListening = true;
    queueMicrotask(() => void this.#run());
  }

  async #run(): Promise<void> {
    try {
      await this.#turns.give();
      while (this.#due > 0 && !this.#isOver) {
        if (!await this.#shortWait.for((limit) => this.#answers.pollSync(limit), () => this.#sleep())) {
          if (this.#holds === 0) break;
          continue;
        }
        this.#take();
        if (this.#due > 0) await this.#pause();
      }
    } catch (error) {
      if (error instanceof InterruptedError) this.#onInterrupt(error);
      else this.#finish();
    } finally {
      this.#isListening = false;
    }
    if (this.#holds > 0 && !this.#isOver) this.#listen();
  }

  /** Until an answer comes, or nobody waits for one; whether it came. */
  async #sleep(): Promise<boolean> {
    if (this.#holds === 0) return await this.#answers.poll(UNHELD_MS);
    const abandoned = new AbortController();
    this.#rouse = () => abandoned.abort();
    try {
      return await this.#answers.poll(Infinity, { signal: abandoned.signal });
    } catch (error) {
      if (abandoned.signal.aborted) return false;
      throw error;
    } finally {
      this.#rouse = undefined;
    }
  }

  #take(): void {
    const message = this.#answers.recvSync(0) as LineMessage;
    this.#due--;
    this.#onMessage(message);
  }

  async #pause(): Promise<void> {
    await this.#turns.step(() => this.#due === 0);
    await this.#turns.give();
  }
}
