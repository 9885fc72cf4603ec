import type { Typecode } from "./type_codes.ts";

/**
 * The item as a typed array of its kind holds it. `owner` and `index` name it in the error.
 *
 * @throws {TypeError} if `item` is not of the type.
 */
export function storedItem(typecode: Typecode, item: unknown, owner: string, index?: number): number | bigint {
  switch (typecode) {
    case "c":
      if (typeof item === "string" && item.length === 1 && item <= "\xff") return item.charCodeAt(0);
      if (Number.isInteger(item) && item as number >= 0 && item as number <= 0xff) return item as number;
      throw itemError(typecode, item, owner, index, "a character up to U+00FF or a byte");
    case "l":
    case "L":
    case "q":
    case "Q":
      if (typeof item === "bigint") return item;
      throw itemError(typecode, item, owner, index, "a bigint");
    case "f":
    case "d":
      if (typeof item === "number") return item;
      throw itemError(typecode, item, owner, index, "a number");
    default:
      if (Number.isInteger(item)) return item as number;
      throw itemError(typecode, item, owner, index, "an integer");
  }
}

/** The item that {@linkcode storedItem} stored, as it is read. */
export function readItem(typecode: Typecode, stored: number | bigint): number | bigint | string {
  return typecode === "c" ? String.fromCharCode(stored as number) : stored;
}

function itemError(
  typecode: Typecode,
  item: unknown,
  owner: string,
  index: number | undefined,
  expected: string,
): TypeError {
  const what = index === undefined ? "Value" : `Item ${index}`;
  const found = typeof item === "number"
    ? `the number ${item}`
    : typeof item === "string" && typecode === "c"
    ? JSON.stringify(item)
    : `a value of type ${typeof item}`;
  return new TypeError(`${what} of a ${owner}("${typecode}") must be ${expected}, got ${found}`);
}
