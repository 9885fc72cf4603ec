/** Where a piece begins: in what it is made of, and in the list. */
interface Piece<P> {
  readonly index: number;
  readonly place: P;
}

/** Makes the items from a place on that come to a piece, and says where the next one begins; undefined at the end. */
export type MakePiece<P, T> = (place: P) => { readonly items: readonly T[]; readonly next: P } | undefined;

/**
 * A list of which one piece at a time is there. Few objects live at a time, so that few survive a look through the new
 * ones: what survives makes the heap grow. A piece that was left is made anew.
 */
export class PiecewiseList<P, T> {
  readonly #make: MakePiece<P, T>;
  /** The pieces that were come by so far, and where the one after them begins. */
  readonly #pieces: Piece<P>[];
  #items: readonly T[] = [];
  #first = 0;
  #isWhole = false;

  constructor(start: P, make: MakePiece<P, T>) {
    this.#make = make;
    this.#pieces = [{ index: 0, place: start }];
  }

  /** How many items there are; goes through the rest of them. */
  get count(): number {
    while (!this.#isWhole) this.#load(this.#pieces.length - 1);
    return this.#pieces.at(-1)!.index;
  }

  has(index: number): boolean {
    if (index < this.#first + this.#items.length) return true;
    while (index >= this.#pieces.at(-1)!.index) {
      if (this.#isWhole) return false;
      this.#load(this.#pieces.length - 1);
    }
    return true;
  }

  /** An item that there is. */
  at(index: number): T {
    const at = index - this.#first;
    if (at >= 0 && at < this.#items.length) return this.#items[at]!;
    if (!this.has(index)) throw new RangeError(`Expected an index below ${this.count}, found ${index}`);
    this.#load(this.#pieces.findLastIndex((piece) => piece.index <= index && piece !== this.#pieces.at(-1)));
    return this.#items[index - this.#first]!;
  }

  #load(number: number): void {
    const { index, place } = this.#pieces[number]!;
    const made = this.#make(place);
    if (made === undefined) {
      this.#isWhole = true;
      return;
    }
    this.#items = made.items;
    this.#first = index;
    if (number === this.#pieces.length - 1) {
      this.#pieces.push({ index: index + made.items.length, place: made.next });
    }
  }
}
