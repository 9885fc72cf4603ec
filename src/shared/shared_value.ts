import { type AtomicCell, atomicCell } from "./atomic_cell.ts";
import type { LockOption } from "./item_lock.ts";
import { registerItems, SharedItems } from "./shared_items.ts";
import { readItem, storedItem } from "./stored_item.ts";
import { type ItemInput, type ItemKind, type ItemOf, itemType } from "./type_codes.ts";

/**
 * One number or character in the shared linear memory: every process of the tree to which it is sent sees the same. Python:
 * `multiprocessing.Value`.
 *
 * Each operation is one step for all processes, floats included, and needs no lock: a counter is `add`, not
 * `value += 1`, which reads and writes in two steps. For more than one step there is {@linkcode SharedItems.getLock}.
 *
 * @example
 * ```ts
 * import { SharedValue } from "@manyhands/manyhands";
 *
 * using counter = new SharedValue("i", 40);
 * console.log(counter.add(2), counter.value); // 40 42
 * ```
 */
export class SharedValue<K extends ItemKind = ItemKind> extends SharedItems<K> {
  readonly #cell: AtomicCell;

  /**
   * Makes a value, 0 unless another is given.
   *
   * @throws {TypeError} if `kind` is no type code, `initial` is not of its type, or `lock` is no lock.
   * @throws {OutOfMemoryError} if the linear memory has no room.
   */
  constructor(kind: K, initial?: ItemInput<K>, { lock }: { readonly lock?: LockOption | undefined } = {}) {
    const { typecode } = itemType(kind as ItemKind);
    const stored = initial === undefined ? undefined : storedItem(typecode, initial, "SharedValue");
    super(kind, 1, lock);
    this.#cell = atomicCell(this.liveView());
    if (stored !== undefined) this.#cell.store(stored);
  }

  /**
   * The value. Integers that are assigned wrap, as in Python.
   *
   * @throws {TypeError} if what is assigned is not of the type.
   * @throws {ManyhandsError} with code `ERR_DISPOSED` after `dispose`.
   */
  get value(): ItemOf<K> {
    return this.#read(this.#live().load());
  }

  set value(value: ItemInput<K>) {
    const cell = this.#live();
    cell.store(this.#stored(value));
  }

  /**
   * Adds `summand`, which may be negative, and returns the value before, as `Atomics.add` does.
   *
   * @throws {TypeError} if `summand` is not of the type.
   */
  add(summand: ItemInput<K>): ItemOf<K> {
    const cell = this.#live();
    return this.#read(cell.add(this.#stored(summand)));
  }

  /**
   * Sets the value to `replacement` if it is `expected`, and returns the one that was found, as
   * `Atomics.compareExchange` does. Every NaN is the same here, and 0 is -0.
   *
   * @throws {TypeError} if one of them is not of the type.
   */
  compareExchange(expected: ItemInput<K>, replacement: ItemInput<K>): ItemOf<K> {
    const cell = this.#live();
    return this.#read(cell.compareExchange(this.#stored(expected), this.#stored(replacement)));
  }

  #live(): AtomicCell {
    this.liveView();
    return this.#cell;
  }

  #stored(value: unknown): number | bigint {
    return storedItem(this.typecode, value, "SharedValue");
  }

  #read(stored: number | bigint): ItemOf<K> {
    return readItem(this.typecode, stored) as ItemOf<K>;
  }

  static {
    registerItems<SharedValue>(SharedValue, (typecode) => new SharedValue(typecode));
  }
}
