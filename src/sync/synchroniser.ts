import { ManyhandsError } from "../core/errors.ts";
import { registerWire } from "../core/wire.ts";
import { allocateZeroed, blockSerial, freeIf } from "../memory/allocator.ts";
import { typedView } from "../memory/linear_memory.ts";

/** Each has a cache line of its own, so that neighbours do not slow each other down. */
const BYTES = 64;

interface Block {
  readonly byteOffset: number;
  readonly serial: number;
}

/** How the words of a synchroniser cross to another process: where they lie. */
export type WireBlock = readonly [byteOffset: number, serial: number];

const dropped: FinalizationRegistry<Block> = new FinalizationRegistry(({ byteOffset, serial }) => {
  freeIf(byteOffset, serial);
});

// Set by the class, whose fields nobody else sees.
let encodeBlock: (value: Synchroniser) => WireBlock;

// What the next synchroniser that is made attaches to instead of memory of its own.
let attaching: Block | undefined;

/**
 * What all synchronisers have in common: their state is a few words of the shared linear memory, and nothing else. So an
 * instance that is sent to a worker, in arguments or results, is the same synchroniser on both sides.
 *
 * The memory is freed by `dispose` (or `using`), for all processes at once: nobody may wait for it or use it any more. One
 * that was never sent anywhere is also freed when it is garbage.
 */
export abstract class Synchroniser {
  readonly #words: Int32Array;
  readonly #block: Block;
  #isDisposed = false;

  /** Takes zeroed words for a new one, or those of the one that is being received. */
  constructor() {
    const attached = attaching;
    attaching = undefined;
    const byteOffset = attached?.byteOffset ?? allocateZeroed(BYTES, BYTES);
    this.#words = typedView(Int32Array, byteOffset, BYTES / 4);
    this.#block = attached ?? { byteOffset, serial: blockSerial(byteOffset) };
    if (attached === undefined) dropped.register(this, this.#block, this);
  }

  /** Frees the memory for all processes that have it. */
  dispose(): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    dropped.unregister(this);
    freeIf(this.#block.byteOffset, this.#block.serial);
  }

  /** `dispose`, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  /** The words of its state. Throws once it was disposed of. */
  protected get words(): Int32Array {
    if (this.#isDisposed) throw disposedError(this.constructor.name);
    return this.#words;
  }

  static #encode(value: Synchroniser): WireBlock {
    if (value.#isDisposed) throw disposedError(value.constructor.name);
    dropped.unregister(value);
    return [value.#block.byteOffset, value.#block.serial];
  }

  static {
    encodeBlock = Synchroniser.#encode;
  }
}

/**
 * Lets instances of a class cross to other processes. `extra` is what `make` needs beside the words; the one instance
 * that is made inside `attach` gets those.
 */
export function registerSynchroniser<T extends Synchroniser, Extra>(
  tag: string,
  type: abstract new (...args: never[]) => T,
  extra: (value: T) => Extra,
  make: (extra: Extra, attach: (construct: () => T) => T) => T,
): void {
  registerWire<T, readonly [WireBlock, Extra]>({
    tag,
    scope: "tree",
    class: type,
    encode: (value) => [encodeBlock(value), extra(value)],
    decode: ([[byteOffset, serial], data]) => {
      if (blockSerial(byteOffset) !== serial) throw disposedError(tag);
      return make(data, (construct) => {
        attaching = { byteOffset, serial };
        return construct();
      });
    },
  });
}

function disposedError(name: string): ManyhandsError {
  return new ManyhandsError("ERR_DISPOSED", `${name} was disposed of and cannot be used`);
}
