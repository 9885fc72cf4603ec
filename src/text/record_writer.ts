/** Characters that are gathered before they become bytes. */
const PENDING = 16 * 1024;
/** Memory that is kept from one range to the next, in bytes. */
const KEPT = 8 * 1024 * 1024;

const encoder = new TextEncoder();

/** Makes bytes of what the function gives for records, one range after another. */
export class RecordWriter {
  #bytes: Uint8Array = new Uint8Array(256 * 1024);
  #length = 0;
  #text = "";

  /**
   * Writes what one record gave, or nothing of it. A string is a line (`isWhole`: it is written as it is), bytes are
   * written as they are, `undefined` is nothing, each item of an array is written by itself, all else is a line of JSON.
   *
   * @throws {TypeError} where it has no form as text
   */
  write(value: unknown, isWhole: boolean): void {
    if (typeof value === "string") this.#add(isWhole ? value : `${value}\n`);
    else if (value !== undefined) {
      const [length, text] = [this.#length, this.#text];
      try {
        if (Array.isArray(value)) { for (const item of value) this.#writeOne(item, isWhole); }
        else this.#writeOne(value, isWhole);
      } catch (error) {
        this.#length = length;
        this.#text = text;
        throw error;
      }
    }
  }

  /** All that was written, good until the next `write`. */
  take(): Uint8Array {
    this.#flush();
    const taken = this.#bytes.subarray(0, this.#length);
    this.#length = 0;
    if (this.#bytes.length > KEPT) this.#bytes = new Uint8Array(256 * 1024);
    return taken;
  }

  /** Forgets what was written. */
  clear(): void {
    this.#length = 0;
    this.#text = "";
  }

  #writeOne(value: unknown, isWhole: boolean): void {
    if (typeof value === "string") this.#add(isWhole ? value : `${value}\n`);
    else if (value instanceof Uint8Array) {
      this.#flush();
      this.#makeRoom(value.length);
      this.#bytes.set(value, this.#length);
      this.#length += value.length;
    } else if (value !== undefined) {
      const text = JSON.stringify(value) as string | undefined;
      if (text === undefined) throw new TypeError(`Cannot write what the function gave: it is a ${typeof value}`);
      this.#add(`${text}\n`);
    }
  }

  #add(text: string): void {
    this.#text += text;
    if (this.#text.length >= PENDING) this.#flush();
  }

  #flush(): void {
    if (this.#text === "") return;
    this.#makeRoom(this.#text.length * 3);
    this.#length += encoder.encodeInto(this.#text, this.#bytes.subarray(this.#length)).written;
    this.#text = "";
  }

  #makeRoom(length: number): void {
    if (this.#length + length <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(2 * this.#bytes.length, this.#length + length));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }
}
