import { itemPosition } from "./item_position.ts";
import type { LockOption } from "./item_lock.ts";
import { registerItems, SharedItems } from "./shared_items.ts";
import { readItem, storedItem } from "./stored_item.ts";
import { type ItemInput, type ItemKind, type ItemOf, itemType, type Typecode, type ViewOf } from "./type_codes.ts";

/**
 * A fixed number of items of one type in the shared linear memory: every process of the tree to which it is sent sees
 * the same items, and kernels work on them in place. Python: `multiprocessing.Array`.
 *
 * Unlike in Python single reads and writes do not take the lock, since that could block the main thread: where several
 * processes change the same items, hold {@linkcode SharedItems.getLock}, use `Atomics` on the `view`, or let each
 * worker have its own range.
 *
 * `K` is the type code (`SharedArray<"d">`) or constructor that it was made with. The items of `"c"` are characters of one
 * byte, and the whole is a string too: {@linkcode SharedArray.value}.
 *
 * @example
 * ```ts
 * import { kernels, Pool, SharedArray } from "@manyhands/manyhands";
 *
 * const pool = new Pool(2);
 * const array = new SharedArray("d", [5, 10, 15, 20, 25]);
 * await pool.mapInPlace(kernels.double, array);
 * console.log(array.toArray()); // [ 10, 20, 30, 40, 50 ]
 * array.dispose();
 * await pool.terminate();
 * ```
 */
export class SharedArray<K extends ItemKind = ItemKind> extends SharedItems<K> {
  /** Number of items. */
  readonly length: number;

  /**
   * Makes an array of `lengthOrItems` zeros or of the given items.
   *
   * @throws {TypeError} if `kind` is no type code, an item is not of its type, or `lock` is no lock.
   * @throws {RangeError} if the length is not a whole number from 0 on.
   * @throws {OutOfMemoryError} if the linear memory has no room.
   */
  constructor(
    kind: K,
    lengthOrItems: number | Iterable<ItemInput<K>>,
    { lock }: { readonly lock?: LockOption | undefined } = {},
  ) {
    const { typecode } = itemType(kind as ItemKind);
    const items = typeof lengthOrItems === "number" ? undefined : storedItems(typecode, lengthOrItems);
    const length = items?.length ?? checkedLength(lengthOrItems as number);
    super(kind, length, lock);
    this.length = length;
    if (items !== undefined) this.liveView().set(items as never);
  }

  /**
   * The item at `index`; a negative one counts from the end, as in Python.
   *
   * @throws {RangeError} if there is no such item.
   * @throws {ManyhandsError} with code `ERR_DISPOSED` after `dispose`.
   */
  get(index: number): ItemOf<K> {
    return readItem(this.typecode, this.liveView()[this.#position(index)]!) as ItemOf<K>;
  }

  /**
   * Sets the item at `index`; a negative one counts from the end. Integers wrap, as in Python.
   *
   * @throws {RangeError} if there is no such item.
   * @throws {TypeError} if `item` is not of the array's type.
   * @throws {ManyhandsError} with code `ERR_DISPOSED` after `dispose`.
   */
  set(index: number, item: ItemInput<K>): void {
    const view = this.liveView();
    const position = this.#position(index);
    view[position] = storedItem(this.typecode, item, "SharedArray", position);
  }

  /**
   * Sets as many items as are given, from `start` on. Python: `array[start:start + len(items)] = items`.
   *
   * @throws {RangeError} if they do not all fit.
   * @throws {TypeError} if an item is not of the array's type; then none is set.
   */
  setItems(start: number, items: Iterable<ItemInput<K>>): void {
    const view = this.liveView();
    const stored = storedItems(this.typecode, items);
    const first = start < 0 ? start + this.length : start;
    if (!Number.isInteger(first) || first < 0 || first + stored.length > this.length) {
      throw new RangeError(
        `Cannot set ${stored.length} items from index ${start} on: the SharedArray has ${this.length} items`,
      );
    }
    view.set(stored as never, first);
  }

  /**
   * Sets all items from `start` to before `end` to one; negative bounds count from the end.
   *
   * @throws {TypeError} if `item` is not of the array's type.
   */
  fill(item: ItemInput<K>, start?: number, end?: number): this {
    this.liveView().fill(storedItem(this.typecode, item, "SharedArray") as never, start, end);
    return this;
  }

  /** The items from `start` to before `end`, copied; negative bounds count from the end. Python: `array[start:end]`. */
  slice(start?: number, end?: number): ItemOf<K>[] {
    const part = this.liveView().subarray(start, end) as ArrayLike<number | bigint>;
    return Array.from(part, (stored) => readItem(this.typecode, stored) as ItemOf<K>);
  }

  /** The items from `start` to before `end` as a typed array on the linear memory, as {@linkcode SharedItems.view}. */
  subarray(start?: number, end?: number): ViewOf<K> {
    return this.keepFor(this.view.subarray(start, end) as ViewOf<K>);
  }

  /** The items, copied. Python: `array[:]`. */
  toArray(): ItemOf<K>[] {
    return this.slice();
  }

  /** The items one by one, each as it is when its turn comes. */
  *[Symbol.iterator](): IterableIterator<ItemOf<K>> {
    for (let index = 0; index < this.length; index++) yield this.get(index);
  }

  /**
   * The characters of a `"c"` array up to the first U+0000. What is assigned may have as many as the array; a U+0000
   * follows it where there is room.
   *
   * @throws {TypeError} if the array is of another type, or a character is beyond U+00FF: encode such text, see `raw`.
   * @throws {RangeError} if the text is too long.
   */
  get value(): K extends "c" ? string : never {
    const bytes = this.#bytes("value");
    const end = bytes.indexOf(0);
    return this.slice(0, end < 0 ? undefined : end).join("") as K extends "c" ? string : never;
  }

  set value(text: string) {
    const bytes = this.#bytes("value");
    const stored = storedItems("c", text);
    this.#checkFits(stored.length);
    bytes.set(stored as number[]);
    if (stored.length < this.length) bytes[stored.length] = 0;
  }

  /**
   * All bytes of a `"c"` array, copied. What is assigned may be shorter than the array; the rest stays as it is.
   *
   * @throws {TypeError} if the array is of another type.
   * @throws {RangeError} if the bytes are too many.
   */
  get raw(): K extends "c" ? Uint8Array<ArrayBuffer> : never {
    return new Uint8Array(this.#bytes("raw")) as K extends "c" ? Uint8Array<ArrayBuffer> : never;
  }

  set raw(bytes: Uint8Array) {
    const own = this.#bytes("raw");
    this.#checkFits(bytes.length);
    own.set(bytes);
  }

  #bytes(property: string): Uint8Array {
    const view = this.liveView();
    if (this.typecode === "c") return view as Uint8Array;
    throw new TypeError(`Only a SharedArray("c") has the property ${property}, this one is of "${this.typecode}"`);
  }

  #checkFits(length: number): void {
    if (length <= this.length) return;
    throw new RangeError(`Cannot store ${length} bytes: the SharedArray has ${this.length}`);
  }

  #position(index: number): number {
    return itemPosition(index, this.length, "SharedArray");
  }

  static {
    registerItems<SharedArray>(SharedArray, (typecode, length) => new SharedArray(typecode, length));
  }
}

function checkedLength(length: number): number {
  if (Number.isSafeInteger(length) && length >= 0) return length;
  throw new RangeError(`Length of a SharedArray must be a whole number from 0 on, got ${length}`);
}

function storedItems(typecode: Typecode, source: Iterable<unknown>): (number | bigint)[] {
  if (typeof (source as Iterable<unknown> | null)?.[Symbol.iterator] !== "function") {
    throw new TypeError(`Cannot fill a SharedArray: expected a length or an iterable of items, got ${String(source)}`);
  }
  return Array.from(source, (item, index) => storedItem(typecode, item, "SharedArray", index));
}
