/** What a `ShareableList` can hold. A number stays a float of 64 bits, a bigint an integer of 64 bits. */
export type ShareableItem = number | bigint | boolean | string | Uint8Array | null;

/** Bytes of a slot: kind, bytes of text in use, bytes of room, offset of the data; four words. */
export const SLOT_BYTES: number = 16;

const KIND = 0;
const LENGTH = 4;
const CAPACITY = 8;
const DATA = 12;

const ITEM_BYTES = 8;

const NULL = 0;
const NUMBER = 1;
const BIGINT = 2;
const BOOLEAN = 3;
const STRING = 4;
const BYTES = 5;

const encoder: TextEncoder = new TextEncoder();
const decoder: TextDecoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Bytes of room that an item gets in a new list, more than it needs if it is text, as in Python. */
export function slotCapacity(item: unknown, index: number): number {
  const text = textOf(item);
  if (text === undefined) checkItem(item, index);
  return text === undefined ? ITEM_BYTES : ITEM_BYTES * (Math.floor(text.length / ITEM_BYTES) + 1);
}

/** Stores an item in the slot whose description lies at `slot`; capacity and offset stay. `index` names it in errors. */
export function writeSlot(list: DataView, slot: number, item: unknown, index: number): void {
  const capacity = list.getUint32(slot + CAPACITY, true);
  const offset = list.getUint32(slot + DATA, true);
  const text = textOf(item);
  if (text !== undefined) {
    if (text.length > capacity) {
      throw new RangeError(`Item ${index} of the ShareableList has room for ${capacity} bytes, got ${text.length}`);
    }
    new Uint8Array(list.buffer, list.byteOffset + offset, capacity).set(text);
    list.setUint32(slot + LENGTH, text.length, true);
    list.setUint32(slot + KIND, typeof item === "string" ? STRING : BYTES, true);
    return;
  }
  checkItem(item, index);
  if (typeof item === "number") list.setFloat64(offset, item, true);
  else if (typeof item === "bigint") list.setBigInt64(offset, item, true);
  else if (typeof item === "boolean") list.setUint8(offset, Number(item));
  list.setUint32(slot + KIND, kindOf(item), true);
}

/** The item of a slot. Bytes are copied. */
export function readSlot(list: DataView, slot: number): ShareableItem {
  const offset = list.getUint32(slot + DATA, true);
  switch (list.getUint32(slot + KIND, true)) {
    case NUMBER:
      return list.getFloat64(offset, true);
    case BIGINT:
      return list.getBigInt64(offset, true);
    case BOOLEAN:
      return list.getUint8(offset) !== 0;
    case STRING:
      return decoder.decode(textBytes(list, slot, offset));
    case BYTES:
      return textBytes(list, slot, offset);
    default:
      return null;
  }
}

/** The kind of a slot's item as a code of Python's `struct`. */
export function slotFormat(list: DataView, slot: number): string {
  switch (list.getUint32(slot + KIND, true)) {
    case NUMBER:
      return "d";
    case BIGINT:
      return "q";
    case BOOLEAN:
      return "?";
    case NULL:
      return "x";
    default:
      return `${list.getUint32(slot + CAPACITY, true)}s`;
  }
}

function textOf(item: unknown): Uint8Array | undefined {
  if (typeof item === "string") return encoder.encode(item);
  return item instanceof Uint8Array ? item : undefined;
}

/** A copy: the decoder of some runtimes takes no shared memory. */
function textBytes(list: DataView, slot: number, offset: number): Uint8Array<ArrayBuffer> {
  const length = list.getUint32(slot + LENGTH, true);
  return new Uint8Array(new Uint8Array(list.buffer, list.byteOffset + offset, length));
}

function checkItem(item: unknown, index: number): asserts item is number | bigint | boolean | null {
  if (typeof item === "bigint" && BigInt.asIntN(64, item) !== item) {
    throw new RangeError(`Item ${index} of a ShareableList must fit 64 bits, got ${item}`);
  }
  if (item === null || ["number", "bigint", "boolean"].includes(typeof item)) return;
  throw new TypeError(
    `Item ${index} of a ShareableList must be null, a boolean, number, bigint, string or Uint8Array, ` +
      `got a value of type ${typeof item}`,
  );
}

function kindOf(item: number | bigint | boolean | null): number {
  switch (typeof item) {
    case "number":
      return NUMBER;
    case "bigint":
      return BIGINT;
    case "boolean":
      return BOOLEAN;
    default:
      return NULL;
  }
}
