import { updateTarget } from "./update_target.ts";

/** Named values that a server keeps for its clients. */
export class ManagedNamespace {
  readonly #values: Record<string, unknown> = Object.create(null);

  /** Makes it of an object's own fields. */
  constructor(values: Readonly<Record<string, unknown>> = {}) {
    Object.assign(this.#values, values);
    Object.defineProperty(this, updateTarget, { value: this.#values });
  }

  get(name: string): unknown {
    return this.#values[name];
  }

  set(name: string, value: unknown): void {
    this.#values[name] = value;
  }

  has(name: string): boolean {
    return name in this.#values;
  }

  delete(name: string): boolean {
    return this.has(name) && delete this.#values[name];
  }

  copy(): Record<string, unknown> {
    return { ...this.#values };
  }

  /** The names and values that do not begin with `_`, as text. */
  text(): string {
    const fields = Object.entries(this.#values).filter(([name]) => !name.startsWith("_"));
    const show = (value: unknown): string => typeof value === "string" ? `'${value}'` : String(value);
    return `Namespace(${fields.map(([name, value]) => `${name}=${show(value)}`).sort().join(", ")})`;
  }
}
