/**
 * Where the item at `index` of so many is; a negative one counts from the end.
 *
 * @throws {RangeError} if there is no such item.
 */
export function itemPosition(index: number, length: number, what: string): number {
  const position = index < 0 ? index + length : index;
  if (Number.isInteger(position) && position >= 0 && position < length) return position;
  throw new RangeError(`Index ${index} is out of range: the ${what} has ${length} items`);
}
