import { hash32 } from "./key_hash.ts";

const FIRST_CAPACITY = 1024;

/**
 * Numbers from 0 on by keys that are kept elsewhere: of each it has a hash, some 12 to 20 bytes with its place, where a
 * `Map` has the key itself and ten times as much.
 */
export class KeyTable {
  readonly #keyOf: (number: number) => string;
  /** Number and 1 of a key at the place of its hash or the next free one after it; 0 where there is none. */
  #places: Int32Array = new Int32Array(2 * FIRST_CAPACITY);
  /** By number. */
  #hashes: Uint32Array = new Uint32Array(FIRST_CAPACITY);
  #count = 0;

  /** @param keyOf reads the key of a number, to tell keys of one hash apart */
  constructor(keyOf: (number: number) => string) {
    this.#keyOf = keyOf;
  }

  /** The number of a key; undefined where it has none. */
  find(key: string): number | undefined {
    const place = this.#placeOf(key, hash32(key));
    return this.#places[place] === 0 ? undefined : this.#places[place]! - 1;
  }

  /** Gives a key the next number; returns the one that it had, if any. */
  add(key: string, number: number): number | undefined {
    const hash = hash32(key);
    const place = this.#placeOf(key, hash);
    const before = this.#places[place]!;
    if (number >= this.#hashes.length) this.#hashes = grown(this.#hashes, new Uint32Array(2 * number));
    this.#hashes[number] = hash;
    this.#places[place] = number + 1;
    if (before !== 0) return before - 1;
    if (4 * ++this.#count > 3 * this.#places.length) this.#spread();
    return undefined;
  }

  #placeOf(key: string, hash: number): number {
    const places = this.#places;
    for (let place = hash % places.length;; place = (place + 1) % places.length) {
      const number = places[place]! - 1;
      if (number < 0 || (this.#hashes[number] === hash && this.#keyOf(number) === key)) return place;
    }
  }

  #spread(): void {
    const before = this.#places;
    const places = this.#places = new Int32Array(2 * before.length);
    for (const taken of before) {
      if (taken === 0) continue;
      let place = this.#hashes[taken - 1]! % places.length;
      while (places[place] !== 0) place = (place + 1) % places.length;
      places[place] = taken;
    }
  }
}

/** A larger array that begins with what `before` has. */
export function grown<A extends Uint8Array | Uint32Array | Float64Array>(before: A, larger: A): A {
  larger.set(before as never);
  return larger;
}
