import { FrameCost } from "../channel/frame_cost.ts";

/** Milliseconds of synchronous tasks after which timers and messages of the worker get a turn. */
const TURN_MS = 4;

/** Measures what a worker's frames take, and knows when its event loop is to get a turn. */
export class WorkerPace {
  readonly #cost: FrameCost;
  #lastTurn = 0;
  #frameSince = 0;

  /** @param control words of the link, which the host reads the cost from */
  constructor(control: Int32Array) {
    this.#cost = new FrameCost(control);
  }

  /** The event loop has had a turn, and a frame begins. */
  noteTurn(): void {
    this.#frameSince = this.#lastTurn = performance.now();
  }

  /** A frame begins; none did before. */
  noteWork(): void {
    this.#frameSince = performance.now();
  }

  /** A frame has ended and the next may begin. True if the event loop is to get a turn before. */
  finishFrame(): boolean {
    const now = performance.now();
    this.#cost.note(now - this.#frameSince);
    this.#frameSince = now;
    return now - this.#lastTurn > TURN_MS;
  }
}
