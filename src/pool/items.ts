/** An input of items, read lazily where the method says so. */
export type Items<T> = Iterable<T> | AsyncIterable<T>;

/** Throws a `TypeError` that names `items` where a value is no input of items. */
export function assertIterable(items: unknown): asserts items is Items<unknown> {
  const isIterable = items !== null && items !== undefined &&
    (Symbol.iterator in Object(items) || Symbol.asyncIterator in Object(items));
  if (isIterable) return;
  const found = items === null ? "null" : typeof items;
  throw new TypeError(`items: expected an iterable or async iterable, found ${found}`);
}

/** All items of an input; an array is taken as it is. Stops reading where the job has ended. */
export function collected<T>(items: Items<T>, job: { readonly isEnded: boolean }): T[] | Promise<T[]> {
  if (Array.isArray(items)) return items as T[];
  assertIterable(items);
  return Symbol.asyncIterator in items ? collectedLater(items as AsyncIterable<T>, job) : [...items as Iterable<T>];
}

async function collectedLater<T>(items: AsyncIterable<T>, job: { readonly isEnded: boolean }): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) {
    if (job.isEnded) break;
    list.push(item);
  }
  return list;
}
