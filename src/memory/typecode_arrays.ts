/**
 * The typed array of each of Python's type codes. `l` and `L` have 64 bits, as C's `long` on Linux and macOS; `c` holds
 * characters of one byte. The 64-bit ones hold `bigint`s.
 */
export const typecodeArrays: {
  readonly b: Int8ArrayConstructor;
  readonly B: Uint8ArrayConstructor;
  readonly c: Uint8ArrayConstructor;
  readonly h: Int16ArrayConstructor;
  readonly H: Uint16ArrayConstructor;
  readonly i: Int32ArrayConstructor;
  readonly I: Uint32ArrayConstructor;
  readonly l: BigInt64ArrayConstructor;
  readonly L: BigUint64ArrayConstructor;
  readonly q: BigInt64ArrayConstructor;
  readonly Q: BigUint64ArrayConstructor;
  readonly f: Float32ArrayConstructor;
  readonly d: Float64ArrayConstructor;
} = {
  b: Int8Array,
  B: Uint8Array,
  c: Uint8Array,
  h: Int16Array,
  H: Uint16Array,
  i: Int32Array,
  I: Uint32Array,
  l: BigInt64Array,
  L: BigUint64Array,
  q: BigInt64Array,
  Q: BigUint64Array,
  f: Float32Array,
  d: Float64Array,
};
