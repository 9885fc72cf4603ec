import type { Connection } from "../queue/connection.ts";
import type { FrameSocket } from "../queue/frame_socket.ts";
import { Pipe } from "../queue/pipe.ts";
import { waitingForOthers } from "../sync/word_wait.ts";
import type { Line, LineMessage } from "./line.ts";
import { OrderedSender } from "./ordered_sender.ts";
import { ShortWait } from "./short_wait.ts";
import { Turns } from "./turns.ts";

/** Messages that are taken before anything else goes on. */
const BATCH = 32;

/** Where the clients of one program put their messages to a server in it: one pipe in the shared memory for all. */
export class SharedDoor {
  readonly #messages: Connection;
  readonly #entrance: Connection;
  readonly #lines: Map<number, DoorLine> = new Map();
  readonly #turns: Turns = new Turns();
  readonly #shortWait: ShortWait = new ShortWait();
  #lastClient = 0;
  #answers = 0;
  #isRunning = false;
  #isClosed = false;

  constructor() {
    [this.#messages, this.#entrance] = Pipe(false);
  }

  /** Where a client puts its messages, each with its number first. */
  get entrance(): Connection {
    return this.#entrance;
  }

  /** Lets a client in, which takes its answers from a pipe of its own: its number, and the line to it. */
  admit(frames: FrameSocket, answers: Connection): { readonly client: number; readonly line: Line } {
    const client = ++this.#lastClient;
    const line = new DoorLine(frames, answers, () => this.#answers++, () => this.#lines.delete(client));
    this.#lines.set(client, line);
    if (!this.#isRunning) void this.#run();
    return { client, line };
  }

  /** Takes no more messages. */
  close(): void {
    this.#isClosed = true;
    this.#messages.close();
    this.#entrance.close();
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    const messages = this.#messages;
    try {
      while (!this.#isClosed) {
        if (await this.#shortWait.for((limit) => messages.pollSync(limit), () => messages.poll(Infinity))) {
          await this.#takeSome();
        }
        await this.#turns.give();
      }
    } catch {
      // It was closed, or this thread is to end; then the clients hear of it as of any end.
      for (const line of this.#lines.values()) line.destroy();
    }
  }

  async #takeSome(): Promise<void> {
    const before = this.#answers;
    let taken = 0;
    do {
      const [client, ...message] = this.#messages.recvSync(0) as [number, ...LineMessage];
      this.#lines.get(client)?.receive(message);
    } while (++taken < BATCH && this.#messages.pollSync(0));
    await this.#turns.step(() => this.#answers - before >= taken);
  }
}

/** The line to one client. */
class DoorLine implements Line {
  readonly #frames: FrameSocket;
  readonly #answers: Connection;
  readonly #sender: OrderedSender;
  readonly #onSend: () => void;
  readonly #onEnd: Set<() => void> = new Set();
  #onMessage: (message: LineMessage) => void = () => {};
  #isOver = false;

  constructor(frames: FrameSocket, answers: Connection, onSend: () => void, onEnd: () => void) {
    this.#frames = frames;
    this.#answers = answers;
    this.#onSend = onSend;
    this.#sender = new OrderedSender(answers, () => this.destroy());
    this.#onEnd.add(onEnd);
    frames.onEnd(() => this.destroy());
    const end = (): void => this.destroy();
    // Nothing comes this way but the end of the client's thread, which its socket may outlive.
    void waitingForOthers(() => answers.poll(Infinity)).then(end, end);
  }

  send(message: LineMessage): void {
    if (this.#isOver) return;
    this.#sender.send(message);
    this.#onSend();
  }

  receive(message: LineMessage): void {
    this.#onMessage(message);
  }

  onMessage(listener: (message: LineMessage) => void): void {
    this.#onMessage = listener;
  }

  onEnd(listener: () => void): void {
    this.#onEnd.add(listener);
  }

  onInterrupt(): void {}

  hold(): void {}

  release(): void {}

  end(): void {
    void this.#sender.settled.then(() => this.destroy());
  }

  destroy(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#answers.close();
    this.#frames.end();
    for (const listener of this.#onEnd) listener();
  }
}
