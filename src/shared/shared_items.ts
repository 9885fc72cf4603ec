import { disposedError } from "../core/disposed.ts";
import { ManyhandsError } from "../core/errors.ts";
import { registerWire } from "../core/wire.ts";
import { allocateZeroed, blockSerial } from "../memory/allocator.ts";
import { heapBytes, typedView } from "../memory/linear_memory.ts";
import type { Lock } from "../sync/lock.ts";
import type { RLock } from "../sync/rlock.ts";
import {
  checkedLock,
  freeWithLock,
  type LockForm,
  type LockOption,
  ownLock,
  receivedLock,
  sentLock,
} from "./item_lock.ts";
import { type ItemKind, itemType, type Typecode, type TypecodeConstructor, type ViewOf } from "./type_codes.ts";

// A cache line: workers on neighbouring items do not slow each other down, and vector loads are aligned.
const ALIGNMENT = 64;

/** Items followed by the word of their own lock. */
interface Block {
  readonly byteOffset: number;
  readonly serial: number;
  readonly lockWord: number;
}

/** How shared items cross to another process: where they lie. */
type WireForm = readonly [typecode: Typecode, length: number, byteOffset: number, serial: number, lock: LockForm];

const dropped: FinalizationRegistry<Block> = new FinalizationRegistry(({ byteOffset, serial, lockWord }) => {
  freeWithLock(byteOffset, serial, lockWord);
});

// Items live as long as one of their views does.
const itemsOfView: WeakMap<object, SharedItems> = new WeakMap();

// What the next items that are made attach to instead of memory of their own.
let attaching: { readonly byteOffset: number; readonly serial: number; readonly lock: LockForm } | undefined;

// Set by the class, whose fields nobody else sees.
let encodeItems: (items: SharedItems) => WireForm;

/**
 * What {@linkcode SharedArray} and {@linkcode SharedValue} have in common: items of one type in the shared linear memory,
 * the same for every process of the tree to which they are sent, and a lock to go with them.
 *
 * The memory is freed by `dispose` (or `using`), for all processes at once. Items that were never sent anywhere are also
 * freed when they and their views are garbage; once they were sent, nobody knows when the others have done with them, so
 * they stay until they are disposed of, by any process, or the program ends.
 */
export abstract class SharedItems<K extends ItemKind = ItemKind> {
  /** Python's code of the items' type. */
  readonly typecode: Typecode;
  /** Where the first item lies in the linear memory, in bytes. */
  readonly byteOffset: number;
  readonly #length: number;
  readonly #block: Block;
  readonly #viewConstructor: TypecodeConstructor;
  readonly #lock: LockOption;
  #ownLock: RLock | undefined;
  #view: ViewOf<ItemKind> | undefined;

  /** Takes memory for `length` zeros, or those that are being received. */
  protected constructor(kind: K, length: number, lock: LockOption | undefined) {
    const attached = attaching;
    attaching = undefined;
    const { typecode, constructor } = itemType(kind as ItemKind);
    this.typecode = typecode;
    this.#viewConstructor = constructor;
    this.#length = length;
    this.#lock = attached === undefined ? checkedLock(lock) : receivedLock(attached.lock);
    const bytes = Math.ceil(length * constructor.BYTES_PER_ELEMENT / 4) * 4;
    const byteOffset = attached?.byteOffset ?? allocateZeroed(bytes + 4, ALIGNMENT);
    const serial = attached?.serial ?? blockSerial(byteOffset);
    this.byteOffset = byteOffset;
    this.#block = { byteOffset, serial, lockWord: byteOffset + bytes };
    this.#keepView();
    if (attached === undefined) dropped.register(this, this.#block, this);
  }

  /**
   * The items as a typed array on the linear memory: what is written there shows in every process. When the memory has
   * grown, the next call returns a new array on the same items; the earlier one stays good until the disposal.
   *
   * @throws {ManyhandsError} with code `ERR_DISPOSED` after `dispose`.
   */
  get view(): ViewOf<K> {
    let view = this.liveView();
    if (view.buffer !== heapBytes().buffer) view = this.#keepView();
    return view as ViewOf<K>;
  }

  /**
   * The lock that goes with the items, the same in every process. Nothing takes it by itself. Python: `get_lock()`.
   *
   * @throws {ManyhandsError} with code `ERR_NO_LOCK` if they were made with `lock: false`, `ERR_DISPOSED` after `dispose`.
   */
  getLock(): Lock | RLock {
    this.liveView();
    if (this.#lock === false) {
      throw new ManyhandsError("ERR_NO_LOCK", `${this.#description()} has no lock: it was made with lock: false`);
    }
    if (this.#lock !== true) return this.#lock;
    return this.#ownLock ??= ownLock(this.#block.lockWord);
  }

  /** Frees the memory for all processes that have it. Nobody may use the items, nor a view of them, any more. */
  dispose(): void {
    if (this.#view === undefined) return;
    this.#view = undefined;
    dropped.unregister(this);
    const { byteOffset, serial, lockWord } = this.#block;
    freeWithLock(byteOffset, serial, lockWord);
  }

  /** `dispose`, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  /** A view of all items, perhaps on the memory as it was before it grew. Throws once they were disposed of. */
  protected liveView(): ViewOf<ItemKind> {
    if (this.#view !== undefined) return this.#view;
    throw disposedError(this.#description());
  }

  /** Lets the items live as long as `view`, a part of theirs. */
  protected keepFor<V extends object>(view: V): V {
    itemsOfView.set(view, this);
    return view;
  }

  #keepView(): ViewOf<ItemKind> {
    this.#view = this.keepFor(typedView(this.#viewConstructor, this.byteOffset, this.#length));
    return this.#view;
  }

  #description(): string {
    return `${this.constructor.name}("${this.typecode}")`;
  }

  static #encode(items: SharedItems): WireForm {
    items.liveView();
    dropped.unregister(items);
    return [items.typecode, items.#length, items.byteOffset, items.#block.serial, sentLock(items.#lock)];
  }

  static {
    encodeItems = SharedItems.#encode;
  }
}

/** Lets instances of a class cross to other processes; what `make` constructs there attaches to the same items. */
export function registerItems<T extends SharedItems>(
  type: abstract new (...args: never[]) => T,
  make: (typecode: Typecode, length: number) => T,
): void {
  const tag = type.name;
  registerWire<T, WireForm>({
    tag,
    scope: "tree",
    class: type,
    encode: encodeItems,
    decode: ([typecode, length, byteOffset, serial, lock]) => {
      if (blockSerial(byteOffset) !== serial) throw disposedError(`${tag}("${typecode}")`);
      attaching = { byteOffset, serial, lock };
      return make(typecode, length);
    },
  });
}
