import type { IteratorProxy } from "./iterator_proxy.ts";
import { BaseProxy, registerProxy } from "./proxy.ts";

/** What a dict is made of: a map, a list of pairs, or a plain object. */
export type Entries<K = unknown, V = unknown> = Iterable<readonly [K, V]> | Readonly<Record<string, V>>;

/** Entries as a list of pairs. */
export function pairsOf(entries: Entries): [unknown, unknown][] {
  const pairs = Symbol.iterator in entries ? entries as Iterable<readonly [unknown, unknown]> : Object.entries(entries);
  return Array.from(pairs, ([key, value]) => [key, value]);
}

/**
 * A `Map` in a manager's server. Keys are strings, numbers and other plain values; what is set is copied, except proxies.
 * Python: `SyncManager.dict()`.
 */
export class DictProxy<K = unknown, V = unknown> extends BaseProxy {
  /** The value of a key, or `otherwise`. */
  get(key: K, otherwise?: V): Promise<V | undefined> {
    return this.call("get", [key, otherwise]) as Promise<V | undefined>;
  }

  /** Sets a value. Rejects with a TypeError where the key is an object. */
  set(key: K, value: V): Promise<void> {
    return this.call("set", [key, value]) as Promise<void>;
  }

  /** Whether there is such a key. */
  has(key: K): Promise<boolean> {
    return this.call("has", [key]) as Promise<boolean>;
  }

  /** Takes a key away; whether it was there. */
  delete(key: K): Promise<boolean> {
    return this.call("delete", [key]) as Promise<boolean>;
  }

  /** Takes a key away and gives its value, or `otherwise`; rejects with `ERR_NO_KEY` where there is neither. */
  pop(key: K, ...otherwise: [V?]): Promise<V> {
    return this.call("pop", [key, ...otherwise]) as Promise<V>;
  }

  /** Takes the entry that was added last; rejects with `ERR_NO_KEY` where there is none. */
  popItem(): Promise<[K, V]> {
    return this.call("popItem") as Promise<[K, V]>;
  }

  /** The value of a key, which is set to `value` where there is none. */
  setDefault(key: K, value: V): Promise<V> {
    return this.call("setDefault", [key, value]) as Promise<V>;
  }

  /** Sets all entries of a map, a list of pairs or a plain object. Python: `update`. */
  assign(entries: Entries<K, V>): Promise<void> {
    return this.call("assign", [pairsOf(entries)]) as Promise<void>;
  }

  /** Takes all away. */
  clear(): Promise<void> {
    return this.call("clear") as Promise<void>;
  }

  /** Number of entries. Python: `len`. */
  size(): Promise<number> {
    return this.call("size") as Promise<number>;
  }

  /** All keys, in the order in which they were added. */
  keys(): Promise<K[]> {
    return this.call("keys") as Promise<K[]>;
  }

  /** All values, in the same order. */
  values(): Promise<V[]> {
    return this.call("values") as Promise<V[]>;
  }

  /** All entries, in the same order. */
  items(): Promise<[K, V][]> {
    return this.call("items") as Promise<[K, V][]>;
  }

  /** A `Map` of this process's own. */
  copy(): Promise<Map<K, V>> {
    return this.call("copy") as Promise<Map<K, V>>;
  }

  /** Goes through the keys, asking for one at a time; rejects with `ERR_CHANGED_SIZE` where there get more or fewer meanwhile. */
  async *[Symbol.asyncIterator](): AsyncGenerator<K> {
    yield* await this.call("iterate") as IteratorProxy<K>;
  }
}

/**
 * An array in a manager's server. Negative indexes count from the end, as in Python; others out of range reject with a
 * RangeError. What is set is copied, except proxies. Python: `SyncManager.list()`.
 */
export class ListProxy<T = unknown> extends BaseProxy {
  /** The item at an index. */
  get(index: number): Promise<T> {
    return this.call("get", [index]) as Promise<T>;
  }

  /** Sets the item at an index. */
  set(index: number, value: T): Promise<void> {
    return this.call("set", [index, value]) as Promise<void>;
  }

  /** Takes the item at an index away. Python: `del`. */
  delete(index: number): Promise<void> {
    return this.call("delete", [index]) as Promise<void>;
  }

  /** Adds an item at the end. */
  append(value: T): Promise<void> {
    return this.call("append", [value]) as Promise<void>;
  }

  /** Adds items at the end. */
  extend(items: Iterable<T>): Promise<void> {
    return this.call("extend", [[...items]]) as Promise<void>;
  }

  /** Adds an item before an index. */
  insert(index: number, value: T): Promise<void> {
    return this.call("insert", [index, value]) as Promise<void>;
  }

  /** Takes an item, by default the last, and gives it. */
  pop(index?: number): Promise<T> {
    return this.call("pop", [index]) as Promise<T>;
  }

  /** Takes the first equal item away. Objects are equal to nothing, since they arrive as copies. */
  remove(value: T): Promise<void> {
    return this.call("remove", [value]) as Promise<void>;
  }

  /** Index of the first equal item; rejects with a RangeError where there is none. */
  index(value: T): Promise<number> {
    return this.call("index", [value]) as Promise<number>;
  }

  /** How many items are equal. */
  count(value: T): Promise<number> {
    return this.call("count", [value]) as Promise<number>;
  }

  /** Whether an item is equal. Python: `in`. */
  includes(value: T): Promise<boolean> {
    return this.call("includes", [value]) as Promise<boolean>;
  }

  /** A copy of items. Python: `[start:end]`. */
  slice(start?: number, end?: number): Promise<T[]> {
    return this.call("slice", [start, end]) as Promise<T[]>;
  }

  /** Puts items in the place of others. Python: `[start:end] = items`. */
  setSlice(start: number, end: number, items: Iterable<T>): Promise<void> {
    return this.call("setSlice", [start, end, [...items]]) as Promise<void>;
  }

  /** Makes it as many times as long. Python: `*=`. */
  repeat(times: number): Promise<void> {
    return this.call("repeat", [times]) as Promise<void>;
  }

  /** Turns the order around. */
  reverse(): Promise<void> {
    return this.call("reverse") as Promise<void>;
  }

  /** Sorts numbers by size, all else by text. */
  sort(): Promise<void> {
    return this.call("sort") as Promise<void>;
  }

  /** Takes all away. */
  clear(): Promise<void> {
    return this.call("clear") as Promise<void>;
  }

  /** Number of items. Python: `len`. */
  size(): Promise<number> {
    return this.call("size") as Promise<number>;
  }

  /** Goes through the items, asking for one at a time, also those that are added meanwhile. */
  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    yield* await this.call("iterate") as IteratorProxy<T>;
  }
}

/**
 * A `Set` in a manager's server, of strings, numbers and other plain values. Python: `SyncManager.set()`.
 */
export class SetProxy<T = unknown> extends BaseProxy {
  /** Adds a member. Rejects with a TypeError where it is an object. */
  add(member: T): Promise<void> {
    return this.call("add", [member]) as Promise<void>;
  }

  /** Adds members. Python: `|=`. */
  addAll(members: Iterable<T>): Promise<void> {
    return this.call("addAll", [[...members]]) as Promise<void>;
  }

  /** Whether it is a member. */
  has(member: T): Promise<boolean> {
    return this.call("has", [member]) as Promise<boolean>;
  }

  /** Takes a member away; whether it was there. Python: `discard`. */
  delete(member: T): Promise<boolean> {
    return this.call("delete", [member]) as Promise<boolean>;
  }

  /** Takes members away. Python: `-=`. */
  deleteAll(members: Iterable<T>): Promise<void> {
    return this.call("deleteAll", [[...members]]) as Promise<void>;
  }

  /** Takes all other members away. Python: `&=`. */
  retainAll(members: Iterable<T>): Promise<void> {
    return this.call("retainAll", [[...members]]) as Promise<void>;
  }

  /** Takes any member; rejects with `ERR_NO_KEY` where there is none. */
  pop(): Promise<T> {
    return this.call("pop") as Promise<T>;
  }

  /** Takes all away. */
  clear(): Promise<void> {
    return this.call("clear") as Promise<void>;
  }

  /** Number of members. Python: `len`. */
  size(): Promise<number> {
    return this.call("size") as Promise<number>;
  }

  /** A `Set` of this process's own. */
  copy(): Promise<Set<T>> {
    return this.call("copy") as Promise<Set<T>>;
  }

  /** Goes through the members, asking for one at a time; rejects with `ERR_CHANGED_SIZE` where there get more or fewer meanwhile. */
  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    yield* await this.call("iterate") as IteratorProxy<T>;
  }
}

/**
 * Named values in a manager's server. Python: `SyncManager.Namespace()`.
 */
export class NamespaceProxy<T extends object = Record<string, unknown>> extends BaseProxy {
  /** A value, or `undefined`. */
  get<N extends keyof T & string>(name: N): Promise<T[N]> {
    return this.call("get", [name]) as Promise<T[N]>;
  }

  /** Sets a value. */
  set<N extends keyof T & string>(name: N, value: T[N]): Promise<void> {
    return this.call("set", [name, value]) as Promise<void>;
  }

  /** Whether there is such a name. */
  has(name: string): Promise<boolean> {
    return this.call("has", [name]) as Promise<boolean>;
  }

  /** Takes a name away; whether it was there. */
  delete(name: string): Promise<boolean> {
    return this.call("delete", [name]) as Promise<boolean>;
  }

  /** An object of this process's own. */
  copy(): Promise<T> {
    return this.call("copy") as Promise<T>;
  }

  /** Such as `Namespace(name='Bob')`, without names that begin with `_`. Python: `str`. */
  text(): Promise<string> {
    return this.call("text") as Promise<string>;
  }
}

/**
 * One item of a type in a manager's server. Python: `SyncManager.Value()`.
 */
export class ValueProxy<T = number> extends BaseProxy {
  /** The value. */
  get(): Promise<T> {
    return this.call("get", [0]) as Promise<T>;
  }

  /** Sets it. Rejects with a TypeError where it is not of the type. */
  set(value: T): Promise<void> {
    return this.call("set", [0, value]) as Promise<void>;
  }
}

/**
 * Items of one type in a manager's server. Python: `SyncManager.Array()`.
 */
export class ArrayProxy<T = number> extends BaseProxy {
  /** The item at an index; negative ones count from the end. Rejects with a RangeError where there is none. */
  get(index: number): Promise<T> {
    return this.call("get", [index]) as Promise<T>;
  }

  /** Sets it. Rejects with a TypeError where the item is not of the type. */
  set(index: number, value: T): Promise<void> {
    return this.call("set", [index, value]) as Promise<void>;
  }

  /** A copy of items. */
  slice(start?: number, end?: number): Promise<T[]> {
    return this.call("slice", [start, end]) as Promise<T[]>;
  }

  /** Number of items. Python: `len`. */
  size(): Promise<number> {
    return this.call("size") as Promise<number>;
  }
}

registerProxy("dict", DictProxy);
registerProxy("list", ListProxy);
registerProxy("set", SetProxy);
registerProxy("Namespace", NamespaceProxy);
registerProxy("Value", ValueProxy);
registerProxy("Array", ArrayProxy);
