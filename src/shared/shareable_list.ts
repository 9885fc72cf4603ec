import { ManyhandsError } from "../core/errors.ts";
import { registerWire } from "../core/wire.ts";
import { itemPosition } from "./item_position.ts";
import { readSlot, type ShareableItem, SLOT_BYTES, slotCapacity, slotFormat, writeSlot } from "./list_slot.ts";
import { SharedMemory } from "./shared_memory.ts";

// Marks a segment as a list of this layout: the mark, the number of slots, then the slots, then their data.
const MAGIC = 0x6d68_1157;
const HEADER_BYTES = 16;

/**
 * A list of fixed length in a {@linkcode SharedMemory}, whose items may be of different kinds and change. Python:
 * `multiprocessing.shared_memory.ShareableList`.
 *
 * A string or bytes have as much room as the first ones at their place, rounded up to the next multiple of 8 bytes; every
 * other item can be replaced by up to 8 bytes of text. A change is not one step for other processes, and nothing guards
 * it: use a `Lock` where several of them write.
 *
 * A list that is sent attaches to the same items where it arrives. It is freed as its segment is, see `shm`.
 *
 * @example
 * ```ts
 * import { ShareableList } from "@manyhands/manyhands";
 *
 * using list = new ShareableList(["howdy", new Uint8Array(3), -273.154, 100n, null, true]);
 * const other = new ShareableList(undefined, { name: list.shm.name });
 * other.set(2, -78.5);
 * console.log(list.get(2), list.length); // -78.5 6
 * other.shm.close();
 * ```
 */
export class ShareableList {
  /** The segment that holds the list: close and unlink that. */
  readonly shm: SharedMemory;
  /** Number of items. */
  readonly length: number;

  /**
   * Makes a list of the items of `sequence`, or attaches to the one of the given name where there is no sequence.
   *
   * @throws {TypeError} if an item is neither null nor a boolean, number, bigint, string or Uint8Array.
   * @throws {RangeError} if a bigint has more than 64 bits, or neither a sequence nor a name is given.
   * @throws {ManyhandsError} with code `ERR_EXISTS` or `ERR_NOT_FOUND` as {@linkcode SharedMemory}, with code
   * `ERR_NO_LIST` if there is another thing of that name.
   */
  constructor(
    sequence?: Iterable<ShareableItem> | null,
    { name }: { readonly name?: string | undefined } = {},
  ) {
    if (sequence === undefined || sequence === null) {
      this.shm = new SharedMemory({ name });
      const { words } = this.#views();
      if (words[0] !== MAGIC) {
        this.shm.close();
        throw new ManyhandsError("ERR_NO_LIST", `SharedMemory ${JSON.stringify(name)} holds no ShareableList`);
      }
      this.length = words[1]!;
      return;
    }
    const items = [...sequence];
    const capacities = items.map((item, index) => slotCapacity(item, index));
    const dataStart = HEADER_BYTES + items.length * SLOT_BYTES;
    const size = capacities.reduce((sum, capacity) => sum + capacity, dataStart);
    this.shm = new SharedMemory({ name, create: true, size });
    this.length = items.length;
    const { words, data } = this.#views();
    let offset = dataStart;
    items.forEach((item, index) => {
      const slot = slotOffset(index);
      words.set([0, 0, capacities[index]!, offset], slot >>> 2);
      writeSlot(data, slot, item, index);
      offset += capacities[index]!;
    });
    words.set([MAGIC, items.length]);
  }

  /** The kinds of the items as codes of Python's `struct`, such as `"5sd?q"`; null is `"x"`. */
  get format(): string {
    const { data } = this.#views();
    return Array.from({ length: this.length }, (_, index) => slotFormat(data, slotOffset(index))).join("");
  }

  /**
   * The item at `index`; a negative one counts from the end.
   *
   * @throws {RangeError} if there is no such item.
   * @throws {ClosedError} if the segment is closed.
   */
  get(index: number): ShareableItem {
    return readSlot(this.#views().data, slotOffset(this.#position(index)));
  }

  /**
   * Sets the item at `index`; a negative one counts from the end.
   *
   * @throws {RangeError} if there is no such item, the text has no room there, or a bigint more than 64 bits.
   * @throws {TypeError} if the item is of no kind that a list can hold.
   * @throws {ClosedError} if the segment is closed.
   */
  set(index: number, item: ShareableItem): void {
    const position = this.#position(index);
    writeSlot(this.#views().data, slotOffset(position), item, position);
  }

  /** How many items are equal to `item`; bytes are if all of them are. */
  count(item: ShareableItem): number {
    let count = 0;
    for (const other of this) if (isEqual(item, other)) count++;
    return count;
  }

  /**
   * Index of the first item that is equal to `item`.
   *
   * @throws {RangeError} if there is none. Python: ValueError.
   */
  index(item: ShareableItem): number {
    for (let index = 0; index < this.length; index++) if (isEqual(item, this.get(index))) return index;
    throw new RangeError(`There is no ${String(item)} in the ShareableList`);
  }

  /** The items, copied. */
  toArray(): ShareableItem[] {
    return [...this];
  }

  /** The items one by one, each as it is when its turn comes. */
  *[Symbol.iterator](): IterableIterator<ShareableItem> {
    for (let index = 0; index < this.length; index++) yield this.get(index);
  }

  /** Closes the segment, for `using`; the list that made it unlinks it too. */
  [Symbol.dispose](): void {
    this.shm[Symbol.dispose]();
  }

  #views(): { words: Uint32Array; data: DataView } {
    const { buffer, byteOffset, byteLength } = this.shm.buf;
    return {
      words: new Uint32Array(buffer, byteOffset, byteLength >>> 2),
      data: new DataView(buffer, byteOffset, byteLength),
    };
  }

  #position(index: number): number {
    return itemPosition(index, this.length, "ShareableList");
  }

  static {
    registerWire<ShareableList, string>({
      tag: "ShareableList",
      scope: "tree",
      class: ShareableList,
      encode: (list) => list.shm.name,
      decode: (name) => new ShareableList(undefined, { name }),
    });
  }
}

function slotOffset(index: number): number {
  return HEADER_BYTES + index * SLOT_BYTES;
}

function isEqual(one: ShareableItem, other: ShareableItem): boolean {
  if (one === other) return true;
  if (!(one instanceof Uint8Array) || !(other instanceof Uint8Array)) return false;
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}
