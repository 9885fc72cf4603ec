/** Counts what is read of an input, of which an earlier run had read some: that was told of before. */
export class ReadMeter {
  readonly #onRead: (bytes: number) => void;
  readonly #before: number;
  #read = 0;

  /**
   * @param onRead told of the bytes that no run had read
   * @param before bytes that an earlier run had
   */
  constructor(onRead: (bytes: number) => void, before: number = 0) {
    this.#onRead = onRead;
    this.#before = before;
  }

  /** Bytes that some run has read. */
  get bytes(): number {
    return Math.max(this.#read, this.#before);
  }

  add(bytes: number): void {
    const known = this.bytes;
    this.#read += bytes;
    this.#onRead(this.bytes - known);
  }
}
