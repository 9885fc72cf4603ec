import type { Typecode } from "./type_codes.ts";

const EXPECTED: Record<Typecode, "an integer" | "a number" | "a bigint"> = {
  b: "an integer",
  B: "an integer",
  c: "an integer",
  h: "an integer",
  H: "an integer",
  i: "an integer",
  I: "an integer",
  l: "a bigint",
  L: "a bigint",
  q: "a bigint",
  Q: "a bigint",
  f: "a number",
  d: "a number",
};

/** A check that throws a TypeError for an item that is not of the type, naming its index. */
export function itemChecker(typecode: Typecode): (item: unknown, index: number) => void {
  const expected = EXPECTED[typecode];
  const isRight = {
    "an integer": Number.isInteger,
    "a number": (item: unknown) => typeof item === "number",
    "a bigint": (item: unknown) => typeof item === "bigint",
  }[expected];
  return (item, index) => {
    if (isRight(item)) return;
    const found = typeof item === "number" ? `the number ${item}` : `a value of type ${typeof item}`;
    throw new TypeError(`Item ${index} of a SharedArray("${typecode}") must be ${expected}, got ${found}`);
  };
}
