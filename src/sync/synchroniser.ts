import { disposedError } from "../core/disposed.ts";
import { isRetired, retiredError } from "../core/retirement.ts";
import { registerWire } from "../core/wire.ts";
import { allocateZeroed, blockSerial, freeIf } from "../memory/allocator.ts";
import { typedView } from "../memory/linear_memory.ts";

/** Each has cache lines of its own, so that neighbours do not slow each other down. */
const LINE_BYTES = 64;

interface Block {
  readonly byteOffset: number;
  readonly serial: number;
}

interface OwnedBlock extends Block {
  /** Frees what the words lead to, before they are freed themselves. */
  readonly release: ((words: Int32Array) => void) | undefined;
  readonly words: Int32Array;
}

/** How the words of a synchroniser cross to another process: where they lie. */
export type WireBlock = readonly [byteOffset: number, serial: number];

const dropped: FinalizationRegistry<OwnedBlock> = new FinalizationRegistry(freeBlock);

function freeBlock({ byteOffset, serial, words, release }: OwnedBlock): void {
  if (blockSerial(byteOffset) !== serial) return;
  release?.(words);
  freeIf(byteOffset, serial);
}

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
  readonly #block: OwnedBlock;
  #isDisposed = false;

  /**
   * Takes zeroed words for a new one, or those of the one that is being received. `lines` are their number in cache
   * lines; `release` frees what the words lead to.
   */
  constructor(lines: number = 1, release?: (words: Int32Array) => void) {
    const attached = attaching;
    attaching = undefined;
    const byteOffset = attached?.byteOffset ?? allocateZeroed(lines * LINE_BYTES, LINE_BYTES);
    const words = typedView(Int32Array, byteOffset, (lines * LINE_BYTES) / 4);
    this.#block = { byteOffset, serial: attached?.serial ?? blockSerial(byteOffset), words, release };
    if (attached === undefined) dropped.register(this, this.#block, this);
  }

  /** Frees the memory for all processes that have it. */
  dispose(): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    dropped.unregister(this);
    freeBlock(this.#block);
  }

  /** `dispose`, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  /** Its kind and state, such as `<Event set>`; consoles show it too. */
  toString(): string {
    return `<${this.constructor.name} ${this.#isDisposed ? "disposed" : this.describe()}>`;
  }

  /** Its state in a word or two. */
  protected abstract describe(): string;

  /** The words of its state. Throws once it was disposed of, or this thread was given up. */
  protected get words(): Int32Array {
    if (this.#isDisposed) throw disposedError(this.constructor.name);
    if (isRetired()) throw retiredError();
    return this.#block.words;
  }

  static #encode(value: Synchroniser): WireBlock {
    if (value.#isDisposed) throw disposedError(value.constructor.name);
    dropped.unregister(value);
    return [value.#block.byteOffset, value.#block.serial];
  }

  static {
    const show = { value: this.prototype.toString };
    Object.defineProperty(this.prototype, Symbol.for("nodejs.util.inspect.custom"), show);
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
