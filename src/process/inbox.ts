import type { CloneForm } from "../channel/clone_form.ts";
import type { CloneMessage } from "../channel/frames.ts";
import { objectCodec } from "../channel/object_codec.ts";
import { withModules } from "../core/late_modules.ts";

/** Structured clones by their number: they arrive by message, before or after the frames that hold their place. */
export class Inbox {
  readonly #arrived = new Map<number, CloneForm>();
  readonly #awaited = new Map<number, (value: CloneForm) => void>();
  readonly #dropped = new Set<number>();

  put(message: CloneMessage): void {
    const { clone } = message;
    const value = "value" in message ? message.value : { value: message.isList ? [message.text] : message.text };
    const awaited = this.#awaited.get(clone);
    if (awaited !== undefined) {
      this.#awaited.delete(clone);
      awaited(value);
    } else if (!this.#dropped.delete(clone)) this.#arrived.set(clone, value);
  }

  /** The clone with the number, once it has arrived. Rejects where a part of it cannot be rebuilt here. */
  take(clone: number): Promise<unknown> {
    const arrived = this.#arrived.get(clone);
    this.#arrived.delete(clone);
    const form = arrived === undefined
      ? new Promise<CloneForm>((resolve) => this.#awaited.set(clone, resolve))
      : Promise.resolve(arrived);
    return form.then((came) => withModules(() => objectCodec().fromCloneForm(came)));
  }

  /** Forgets a clone whose frame was revoked, also one that is still to come. */
  drop(clone: number): void {
    if (!this.#arrived.delete(clone)) this.#dropped.add(clone);
  }
}
