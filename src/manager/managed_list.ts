import { itemPosition } from "../shared/item_position.ts";
import { updateTarget } from "./update_target.ts";

/** A list that a server keeps for its clients. Negative indexes count from the end, as in Python. */
export class ManagedList {
  readonly #items: unknown[] = [];

  /** Makes it of items. */
  constructor(items: Iterable<unknown> = []) {
    this.extend(items);
    Object.defineProperty(this, updateTarget, { value: this.#items });
  }

  get(index: number): unknown {
    return this.#items[this.#position(index)];
  }

  set(index: number, value: unknown): void {
    this.#items[this.#position(index)] = value;
  }

  delete(index: number): void {
    this.#items.splice(this.#position(index), 1);
  }

  append(value: unknown): void {
    this.#items.push(value);
  }

  extend(items: Iterable<unknown>): void {
    for (const item of items) this.#items.push(item);
  }

  insert(index: number, value: unknown): void {
    this.#items.splice(index, 0, value);
  }

  pop(index: number = -1): unknown {
    return this.#items.splice(this.#position(index), 1)[0];
  }

  remove(value: unknown): void {
    this.#items.splice(this.index(value), 1);
  }

  index(value: unknown): number {
    const index = this.#items.findIndex((item) => Object.is(item, value));
    if (index < 0) throw new RangeError("The list does not have this item");
    return index;
  }

  count(value: unknown): number {
    return this.#items.filter((item) => Object.is(item, value)).length;
  }

  includes(value: unknown): boolean {
    return this.#items.includes(value);
  }

  slice(start?: number, end?: number): unknown[] {
    return this.#items.slice(start, end);
  }

  setSlice(start: number, end: number, items: unknown[]): void {
    this.#items.splice(start, this.#items.slice(start, end).length, ...items);
  }

  repeat(times: number): void {
    const items = [...this.#items];
    this.#items.length = 0;
    for (let time = 0; time < times; time++) this.extend(items);
  }

  reverse(): void {
    this.#items.reverse();
  }

  /** Puts numbers and bigints in the order of their size, all else in that of its text. */
  sort(): void {
    const isNumber = (item: unknown): boolean => typeof item === "number" || typeof item === "bigint";
    const order = (a: never, b: never): number => a < b ? -1 : a > b ? 1 : 0;
    if (this.#items.every(isNumber)) this.#items.sort(order as (a: unknown, b: unknown) => number);
    else this.#items.sort();
  }

  clear(): void {
    this.#items.length = 0;
  }

  size(): number {
    return this.#items.length;
  }

  /** Goes through the items, also through those that are added meanwhile. */
  *iterate(): Generator<unknown> {
    for (let index = 0; index < this.#items.length; index++) yield this.#items[index];
  }

  #position(index: number): number {
    return itemPosition(index, this.#items.length, "list");
  }
}
