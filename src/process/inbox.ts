import type { CloneMessage } from "../channel/frames.ts";

/** Structured clones by their number: they arrive by message, before or after the frames that hold their place. */
export class Inbox {
  readonly #arrived = new Map<number, unknown>();
  readonly #awaited = new Map<number, (value: unknown) => void>();
  readonly #dropped = new Set<number>();

  put({ clone, value }: CloneMessage): void {
    const awaited = this.#awaited.get(clone);
    if (awaited !== undefined) {
      this.#awaited.delete(clone);
      awaited(value);
    } else if (!this.#dropped.delete(clone)) this.#arrived.set(clone, value);
  }

  /** The clone with the number, once it has arrived. */
  take(clone: number): Promise<unknown> {
    if (this.#arrived.has(clone)) {
      const value = this.#arrived.get(clone);
      this.#arrived.delete(clone);
      return Promise.resolve(value);
    }
    return new Promise((resolve) => this.#awaited.set(clone, resolve));
  }

  /** Forgets a clone whose frame was revoked, also one that is still to come. */
  drop(clone: number): void {
    if (!this.#arrived.delete(clone)) this.#dropped.add(clone);
  }
}
