/** FNV-1a over the code units: 32 bits. */
export function hash32(key: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < key.length; at++) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193);
  return (hash ^ (hash >>> 15)) >>> 0;
}

/** 53 bits: of a million keys two have the same with a chance of one in ten thousand. */
function hash53(key: string): number {
  let high = 0x9747b28c;
  for (let at = 0; at < key.length; at++) high = Math.imul(high ^ key.charCodeAt(at), 0x5bd1e995) ^ (high >>> 13);
  return (high & 0x1fffff) * 0x100000000 + hash32(key);
}

const FIRST_CAPACITY = 256;

/** A set of keys by their hashes alone, some 16 bytes each: that one is in it is to be checked, that one is not is sure. */
export class KeyHashes {
  /** Hash and 1 at its place or the next free one after it; 0 where there is none. */
  #places: Float64Array = new Float64Array(FIRST_CAPACITY);
  #size = 0;

  /** How many hashes there are. */
  get size(): number {
    return this.#size;
  }

  /** Whether a key may be in the set. */
  has(key: string): boolean {
    return this.#places[this.#placeOf(hash53(key) + 1)] !== 0;
  }

  /** Adds a key; whether it may have been there. */
  add(key: string): boolean {
    const hash = hash53(key) + 1;
    const place = this.#placeOf(hash);
    if (this.#places[place] !== 0) return true;
    this.#places[place] = hash;
    if (4 * ++this.#size > 3 * this.#places.length) this.#spread();
    return false;
  }

  #placeOf(hash: number): number {
    const places = this.#places;
    let place = hash % places.length;
    while (places[place] !== 0 && places[place] !== hash) place = (place + 1) % places.length;
    return place;
  }

  #spread(): void {
    const before = this.#places;
    this.#places = new Float64Array(2 * before.length);
    for (const hash of before) if (hash !== 0) this.#places[this.#placeOf(hash)] = hash;
  }
}
