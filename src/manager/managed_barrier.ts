import { deadlineOf } from "../core/deadline.ts";
import { BrokenBarrierError } from "../core/errors.ts";
import { currentCall } from "./call.ts";
import { WaitList } from "./wait_list.ts";

/** Those who have come to a barrier since it last opened. */
interface Round {
  readonly waiting: WaitList;
  outcome: "pending" | "open" | "broken";
}

/** A barrier that a server keeps for its clients. */
export class ManagedBarrier {
  readonly #parties: number;
  readonly #timeout: number | undefined;
  #round: Round = newRound();
  #isBroken = false;

  /** Makes it for so many parties. */
  constructor(parties: number, timeout?: number) {
    if (!(Number.isInteger(parties) && parties >= 1)) {
      throw new RangeError(`Parties of a barrier must be a whole number from 1 on, got ${String(parties)}`);
    }
    this.#parties = parties;
    this.#timeout = timeout;
  }

  /** Waits for all parties; the number of this one, which is 0 for the last to come. */
  async wait(timeout: number | undefined = this.#timeout): Promise<number> {
    const call = currentCall();
    const deadline = deadlineOf(timeout);
    if (this.#isBroken) throw broken();
    const round = this.#round;
    const index = this.#parties - 1 - round.waiting.size;
    if (index === 0) {
      this.#round = newRound();
      end(round, "open");
      return 0;
    }
    try {
      if (!await round.waiting.wait(call, deadline)) this.abort();
    } catch (error) {
      // Who gives up would never be replaced, so the others must not wait for it.
      this.abort();
      throw error;
    }
    if (round.outcome !== "open") throw broken();
    return index;
  }

  /** Breaks it. */
  abort(): void {
    this.#isBroken = true;
    end(this.#round, "broken");
  }

  /** Makes it whole again; those who wait are turned away. */
  reset(): void {
    const round = this.#round;
    this.#round = newRound();
    this.#isBroken = false;
    end(round, "broken");
  }

  /** How many it is for. */
  parties(): number {
    return this.#parties;
  }

  /** How many wait. */
  nWaiting(): number {
    return this.#round.waiting.size;
  }

  /** Whether it is broken. */
  broken(): boolean {
    return this.#isBroken;
  }
}

function newRound(): Round {
  return { waiting: new WaitList(), outcome: "pending" };
}

function end(round: Round, outcome: "open" | "broken"): void {
  round.outcome = outcome;
  round.waiting.wakeAll();
}

function broken(): BrokenBarrierError {
  return new BrokenBarrierError("The barrier is broken");
}
