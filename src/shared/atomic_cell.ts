import { typedView } from "../memory/linear_memory.ts";
import type { ItemKind, ViewOf } from "./type_codes.ts";

/** One number of the shared memory, each operation on which is one step for all threads. */
export interface AtomicCell {
  load(): number | bigint;
  store(value: number | bigint): void;
  /** Returns the value before. */
  add(summand: number | bigint): number | bigint;
  /** Returns the value found; it was replaced if that is `expected`. */
  compareExchange(expected: number | bigint, replacement: number | bigint): number | bigint;
}

type FloatView = Float32Array | Float64Array;
type IntegerView = Exclude<ViewOf<ItemKind>, FloatView>;

const float32: Float32Array = new Float32Array(1);
const float32Bits: Int32Array = new Int32Array(float32.buffer);
const float64: Float64Array = new Float64Array(1);
const float64Bits: BigInt64Array = new BigInt64Array(float64.buffer);

/** The first item of a view of the shared memory as a cell. Bigints go to a view of bigints, numbers to all others. */
export function atomicCell(view: ViewOf<ItemKind>): AtomicCell {
  if (view instanceof Float64Array) {
    return floatCell(typedView(BigInt64Array, view.byteOffset, 1), float64, float64Bits);
  }
  if (view instanceof Float32Array) return floatCell(typedView(Int32Array, view.byteOffset, 1), float32, float32Bits);
  return integerCell(view as IntegerView);
}

function integerCell(view: IntegerView): AtomicCell {
  const words = view as Int32Array;
  return {
    load: () => Atomics.load(words, 0),
    store: (value) => void Atomics.store(words, 0, value as number),
    add: (summand) => Atomics.add(words, 0, summand as number),
    compareExchange: (expected, replacement) =>
      Atomics.compareExchange(words, 0, expected as number, replacement as number),
  };
}

/**
 * Atomics know integers only, so a float goes through its bits: `float` and `floatBits` are two views of one scratch. What
 * is exchanged are the bits that were found, since not every NaN keeps its bits on the way through a number.
 */
function floatCell(
  cell: Int32Array | BigInt64Array,
  float: FloatView,
  floatBits: Int32Array | BigInt64Array,
): AtomicCell {
  const words = cell as Int32Array;
  const scratch = floatBits as Int32Array;
  const ofBits = (bits: number): number => {
    scratch[0] = bits;
    return float[0]!;
  };
  const bitsOf = (value: number | bigint): number => {
    float[0] = value as number;
    return scratch[0]!;
  };
  return {
    load: () => ofBits(Atomics.load(words, 0)),
    store: (value) => void Atomics.store(words, 0, bitsOf(value)),
    add: (summand) => {
      for (;;) {
        const bits = Atomics.load(words, 0);
        const before = ofBits(bits);
        if (Atomics.compareExchange(words, 0, bits, bitsOf(before + (summand as number))) === bits) return before;
      }
    },
    compareExchange: (expected, replacement) => {
      const wanted = ofBits(bitsOf(expected));
      for (;;) {
        const bits = Atomics.load(words, 0);
        const found = ofBits(bits);
        if (found !== wanted && !(Number.isNaN(found) && Number.isNaN(wanted))) return found;
        if (Atomics.compareExchange(words, 0, bits, bitsOf(replacement)) === bits) return found;
      }
    },
  };
}
