import { ManyhandsError } from "../core/errors.ts";
import { updateTarget } from "./update_target.ts";

/** A map that a server keeps for its clients. */
export class ManagedDict {
  readonly #map: Map<unknown, unknown> = new Map();

  /** Makes it of entries. */
  constructor(entries: Iterable<readonly [unknown, unknown]> = []) {
    this.assign(entries);
    Object.defineProperty(this, updateTarget, { value: this.#map });
  }

  get(key: unknown, otherwise?: unknown): unknown {
    return this.#map.has(key) ? this.#map.get(key) : otherwise;
  }

  set(key: unknown, value: unknown): void {
    this.#map.set(checkKey(key), value);
  }

  has(key: unknown): boolean {
    return this.#map.has(key);
  }

  delete(key: unknown): boolean {
    return this.#map.delete(key);
  }

  pop(key: unknown, ...otherwise: unknown[]): unknown {
    if (!this.#map.has(key)) {
      if (otherwise.length > 0) return otherwise[0];
      throw new ManyhandsError("ERR_NO_KEY", `The dict has no key ${String(key)}`);
    }
    const value = this.#map.get(key);
    this.#map.delete(key);
    return value;
  }

  /** Takes the entry that was added last. */
  popItem(): [unknown, unknown] {
    const last = [...this.#map].pop();
    if (last === undefined) throw new ManyhandsError("ERR_NO_KEY", "The dict is empty");
    this.#map.delete(last[0]);
    return last;
  }

  setDefault(key: unknown, value: unknown): unknown {
    if (!this.#map.has(key)) this.set(key, value);
    return this.#map.get(key);
  }

  assign(entries: Iterable<readonly [unknown, unknown]>): void {
    for (const [key, value] of entries) this.set(key, value);
  }

  clear(): void {
    this.#map.clear();
  }

  size(): number {
    return this.#map.size;
  }

  keys(): unknown[] {
    return [...this.#map.keys()];
  }

  values(): unknown[] {
    return [...this.#map.values()];
  }

  items(): [unknown, unknown][] {
    return [...this.#map];
  }

  copy(): Map<unknown, unknown> {
    return new Map(this.#map);
  }

  /** Goes through the keys, and fails once there are more or fewer. */
  *iterate(): Generator<unknown> {
    const { size } = this.#map;
    for (const key of this.#map.keys()) {
      yield key;
      if (this.#map.size !== size) throw changed("dict");
    }
    if (this.#map.size !== size) throw changed("dict");
  }
}

/** A container got more or fewer items while somebody went through it. */
export function changed(what: string): ManyhandsError {
  return new ManyhandsError("ERR_CHANGED_SIZE", `The ${what} changed its size during iteration`);
}

/** A key or member of a set: objects, which arrive as copies, would never be found again. */
export function checkKey(key: unknown): unknown {
  if ((typeof key !== "object" || key === null) && typeof key !== "function" && typeof key !== "symbol") return key;
  throw new TypeError(
    `Cannot use ${Object.prototype.toString.call(key)} as a key: expected a string, number or the like`,
  );
}
