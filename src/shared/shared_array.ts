import { ManyhandsError } from "../core/errors.ts";
import { registerWire } from "../core/wire.ts";
import { allocateZeroed, blockSerial, freeIf } from "../memory/allocator.ts";
import { heapBytes, typedView } from "../memory/linear_memory.ts";
import { itemChecker } from "./item_checker.ts";
import { type ItemKind, itemType, type Typecode, type TypecodeConstructor, type ViewOf } from "./type_codes.ts";

// A cache line: workers on neighbouring arrays do not slow each other down, and vector loads are aligned.
const ALIGNMENT = 64;

interface Block {
  readonly typecode: Typecode;
  readonly byteOffset: number;
  readonly length: number;
  readonly serial: number;
}

/** How an array crosses to another process: where it lies. */
type WireForm = [typecode: Typecode, byteOffset: number, length: number, serial: number];

const dropped: FinalizationRegistry<Pick<Block, "byteOffset" | "serial">> = new FinalizationRegistry(
  ({ byteOffset, serial }) => {
    freeIf(byteOffset, serial);
  },
);

// An array lives as long as one of its views does.
const arrayOfView: WeakMap<object, SharedArray> = new WeakMap();

// Names the block that the constructor attaches to instead of allocating one.
const ATTACH: unique symbol = Symbol("attach");

/**
 * A fixed number of items of one type in the shared linear memory: every process of the tree to which it is sent sees
 * the same items, and kernels work on them in place. Python: `multiprocessing.Array` with `lock=False`: single reads and
 * writes are not guarded, so let each worker have its own range, or use `Atomics` on {@linkcode SharedArray.view}.
 *
 * `K` is the type code (`SharedArray<"d">`) or constructor that it was made with.
 *
 * Its memory is freed by {@linkcode SharedArray.dispose} (or `using`), for all processes at once. An array that was never
 * sent anywhere is also freed when it and its view are garbage; once it was sent, nobody knows when the others have
 * done with it, so it stays until it is disposed of, by any of them.
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
export class SharedArray<K extends ItemKind = ItemKind> {
  /** Python's code of the items' type. */
  readonly typecode: Typecode;
  /** Number of items. */
  readonly length: number;
  /** Where the first item lies in the linear memory, in bytes. */
  readonly byteOffset: number;
  readonly #viewConstructor: TypecodeConstructor;
  readonly #serial: number;
  #view: ViewOf<ItemKind> | undefined;

  /**
   * Makes an array of `lengthOrItems` zeros or of the given items.
   *
   * @throws {TypeError} if `kind` is no type code, or an item is not of its type.
   * @throws {RangeError} if the length is not a whole number from 0 on.
   * @throws {OutOfMemoryError} if the linear memory has no room.
   */
  constructor(kind: K, lengthOrItems: number | Iterable<ViewOf<K>[number]>) {
    const attached = (lengthOrItems as unknown as { [ATTACH]?: Block } | undefined)?.[ATTACH];
    const { typecode, constructor } = itemType(typeof kind === "string" ? kind : kind as TypecodeConstructor);
    this.#viewConstructor = constructor;
    this.typecode = typecode;
    if (attached !== undefined) {
      this.length = attached.length;
      this.byteOffset = attached.byteOffset;
      this.#serial = attached.serial;
      this.#keepView();
      return;
    }
    const items = typeof lengthOrItems === "number" ? undefined : checkedItems(typecode, lengthOrItems);
    this.length = items?.length ?? checkedLength(lengthOrItems as number);
    this.byteOffset = allocateZeroed(this.length * constructor.BYTES_PER_ELEMENT, ALIGNMENT);
    this.#serial = blockSerial(this.byteOffset);
    const view = this.#keepView();
    if (items !== undefined) view.set(items as never);
    dropped.register(this, { byteOffset: this.byteOffset, serial: this.#serial }, this);
  }

  /**
   * The items as a typed array on the linear memory: what is written there shows in every process. When the memory has
   * grown, the next call returns a new array on the same items; the earlier one stays good until the disposal.
   *
   * @throws {ManyhandsError} with code `ERR_DISPOSED` after `dispose`.
   */
  get view(): ViewOf<K> {
    let view = this.#liveView();
    if (view.buffer !== heapBytes().buffer) view = this.#keepView();
    return view as ViewOf<K>;
  }

  /**
   * The item at `index`; a negative one counts from the end, as in Python.
   *
   * @throws {RangeError} if there is no such item.
   * @throws {ManyhandsError} with code `ERR_DISPOSED` after `dispose`.
   */
  get(index: number): ViewOf<K>[number] {
    return this.#liveView()[this.#position(index)];
  }

  /**
   * Sets the item at `index`; a negative one counts from the end. Integers wrap, as in Python.
   *
   * @throws {RangeError} if there is no such item.
   * @throws {TypeError} if `item` is not of the array's type.
   * @throws {ManyhandsError} with code `ERR_DISPOSED` after `dispose`.
   */
  set(index: number, item: ViewOf<K>[number]): void {
    const view = this.#liveView();
    const position = this.#position(index);
    itemChecker(this.typecode)(item, position);
    view[position] = item;
  }

  /** The items, copied. Python: `array[:]`. */
  toArray(): ViewOf<K>[number][] {
    return Array.from(this.#liveView() as ArrayLike<ViewOf<K>[number]>);
  }

  /** The items one by one, each as it is when its turn comes. */
  *[Symbol.iterator](): IterableIterator<ViewOf<K>[number]> {
    for (let index = 0; index < this.length; index++) yield this.#liveView()[index];
  }

  /** Frees the memory for all processes that have this array. Nobody may use it, nor a view of it, any more. */
  dispose(): void {
    if (this.#view === undefined) return;
    this.#view = undefined;
    dropped.unregister(this);
    freeIf(this.byteOffset, this.#serial);
  }

  /** `dispose`, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  #liveView(): ViewOf<ItemKind> {
    if (this.#view !== undefined) return this.#view;
    throw disposedError(this.typecode, this.length);
  }

  #keepView(): ViewOf<ItemKind> {
    const view = typedView(this.#viewConstructor, this.byteOffset, this.length);
    arrayOfView.set(view, this);
    this.#view = view;
    return view;
  }

  #position(index: number): number {
    const position = index < 0 ? index + this.length : index;
    if (Number.isInteger(position) && position >= 0 && position < this.length) return position;
    throw new RangeError(`Index ${index} is out of range: the SharedArray has ${this.length} items`);
  }

  static #encode(array: SharedArray): WireForm {
    array.#liveView();
    dropped.unregister(array);
    return [array.typecode, array.byteOffset, array.length, array.#serial];
  }

  static #decode([typecode, byteOffset, length, serial]: WireForm): SharedArray {
    if (blockSerial(byteOffset) !== serial) throw disposedError(typecode, length);
    const block: Block = { typecode, byteOffset, length, serial };
    return new SharedArray(typecode, { [ATTACH]: block } as unknown as number);
  }

  static {
    registerWire<SharedArray, WireForm>({
      tag: "SharedArray",
      scope: "tree",
      class: SharedArray,
      encode: SharedArray.#encode,
      decode: SharedArray.#decode,
    });
  }
}

function checkedLength(length: number): number {
  if (Number.isSafeInteger(length) && length >= 0) return length;
  throw new RangeError(`Length of a SharedArray must be a whole number from 0 on, got ${length}`);
}

function checkedItems(typecode: Typecode, source: Iterable<unknown>): unknown[] {
  if (typeof (source as Iterable<unknown> | null)?.[Symbol.iterator] !== "function") {
    throw new TypeError(`Cannot fill a SharedArray: expected a length or an iterable of items, got ${String(source)}`);
  }
  const items = Array.from(source);
  items.forEach(itemChecker(typecode));
  return items;
}

function disposedError(typecode: Typecode, length: number): ManyhandsError {
  return new ManyhandsError("ERR_DISPOSED", `SharedArray("${typecode}", ${length}) was disposed of and cannot be used`);
}
