import type { CloneForm } from "../channel/clone_form.ts";
import type { CloneMessage } from "../channel/frames.ts";
import { fromMovedBytes } from "../channel/moved_bytes.ts";
import { objectCodec } from "../channel/object_codec.ts";
import { withModules } from "../core/late_modules.ts";

interface Waiting {
  readonly resolve: (value: CloneForm) => void;
  readonly reject: (reason: Error) => void;
}

/** Structured clones by their number: they arrive by message, before or after the frames that hold their place. */
export class Inbox {
  readonly #arrived = new Map<number, CloneForm>();
  readonly #awaited = new Map<number, Waiting>();
  readonly #dropped = new Set<number>();
  #lost: Error | undefined;

  put(message: CloneMessage): void {
    const { clone } = message;
    const value = formOf(message);
    const awaited = this.#awaited.get(clone);
    if (awaited !== undefined) {
      this.#awaited.delete(clone);
      awaited.resolve(value);
    } else if (!this.#dropped.delete(clone)) this.#arrived.set(clone, value);
  }

  /** Nothing comes any more: whoever waits for a clone, now or later, is told so by `reason`. */
  end(reason: Error): void {
    this.#lost = reason;
    for (const { reject } of this.#awaited.values()) reject(reason);
    this.#awaited.clear();
  }

  /** The clone with the number, once it has arrived. Rejects where it never does, or a part of it cannot be rebuilt here. */
  take(clone: number): Promise<unknown> {
    const arrived = this.#arrived.get(clone);
    this.#arrived.delete(clone);
    const form = arrived === undefined ? this.#arrival(clone) : Promise.resolve(arrived);
    return form.then((came) => withModules(() => objectCodec().fromCloneForm(came)));
  }

  #arrival(clone: number): Promise<CloneForm> {
    if (this.#lost !== undefined) return Promise.reject(this.#lost);
    return new Promise((resolve, reject) => this.#awaited.set(clone, { resolve, reject }));
  }

  /** Forgets a clone whose frame was revoked, also one that is still to come. */
  drop(clone: number): void {
    if (!this.#arrived.delete(clone)) this.#dropped.add(clone);
  }
}

function formOf(message: CloneMessage): CloneForm {
  if ("value" in message) return message.value;
  if ("moved" in message) return { value: fromMovedBytes(message) };
  return { value: message.isList ? [message.text] : message.text };
}
