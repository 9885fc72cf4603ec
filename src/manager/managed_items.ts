import { readItem, storedItem } from "../shared/stored_item.ts";
import { type ItemKind, itemType, type Typecode } from "../shared/type_codes.ts";
import { updateTarget } from "./update_target.ts";

type Items = { [index: number]: number | bigint; readonly length: number };

/** Items of one type that a server keeps for its clients: an array, or a single value. */
export class ManagedItems {
  readonly #typecode: Typecode;
  readonly #items: Items;

  /** Makes so many items of 0, or those that are given. */
  constructor(kind: ItemKind, items: number | readonly unknown[]) {
    const { typecode, constructor } = itemType(kind);
    const length = typeof items === "number" ? items : items.length;
    if (!(Number.isInteger(length) && length >= 0)) {
      throw new RangeError(`Length of an array must be a whole number from 0 on, got ${String(length)}`);
    }
    this.#typecode = typecode;
    this.#items = new constructor(new ArrayBuffer(length * constructor.BYTES_PER_ELEMENT), 0, length) as Items;
    if (typeof items !== "number") items.forEach((item, index) => this.set(index, item));
    Object.defineProperty(this, updateTarget, { value: this.#items });
  }

  get(index: number): unknown {
    return readItem(this.#typecode, this.#items[this.#position(index)]!);
  }

  set(index: number, value: unknown): void {
    const position = this.#position(index);
    this.#items[position] = storedItem(this.#typecode, value, "Array", position);
  }

  slice(start?: number, end?: number): unknown[] {
    return Array.from(this.#items as ArrayLike<number | bigint>, (item) => readItem(this.#typecode, item))
      .slice(start, end);
  }

  size(): number {
    return this.#items.length;
  }

  #position(index: number): number {
    const { length } = this.#items;
    const position = index < 0 ? index + length : index;
    if (Number.isInteger(position) && position >= 0 && position < length) return position;
    throw new RangeError(`Index ${index} is out of the array's range: it has ${length} items`);
  }
}
