let words: Int32Array | undefined;
let index = 0;

/** Says where this thread tells its host the number under which it takes the heap's lock, 0 until it uses the heap. */
export function adoptOwnerWord(ownerWords: Int32Array, ownerIndex: number): void {
  words = ownerWords;
  index = ownerIndex;
}

/** Tells the host that number. */
export function tellOwner(owner: number): void {
  if (words !== undefined) Atomics.store(words, index, owner);
}
