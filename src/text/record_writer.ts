/** Characters that are gathered before they become bytes. */
const PENDING = 16 * 1024;
/** Memory at first, and kept from one range to the next, in bytes. */
const FIRST = 256 * 1024;
const KEPT = 8 * 1024 * 1024;

const encoder = new TextEncoder();

/** Makes bytes of what the function gives for records, one range after another. */
export class RecordWriter {
  readonly #isWhole: boolean;
  #bytes: Uint8Array = new Uint8Array(FIRST);
  #length = 0;
  /** What is to become bytes, without line ends unless `isWhole`: to join it makes one string, not one for each record. */
  #texts: string[] = [];
  #characters = 0;

  /** `isWhole`: a string is written as it is. */
  constructor(isWhole: boolean) {
    this.#isWhole = isWhole;
  }

  /**
   * Writes what one record gave, or nothing of it. A string is a line (or as it is), bytes are written as they are,
   * `undefined` is nothing, each item of an array is written by itself, all else is a line of JSON.
   *
   * @throws {TypeError} where it has no form as text
   */
  write(value: unknown): void {
    if (typeof value === "string") this.#add(value);
    else if (Array.isArray(value)) {
      // All of them have a form as text before one is written.
      for (const ready of value.map((item) => this.#ready(item))) this.#addReady(ready);
    } else this.#addReady(this.#ready(value));
  }

  /** Bytes written so far. */
  get length(): number {
    this.#flush();
    return this.#length;
  }

  /** Forgets what was written after the first `length` bytes. */
  cut(length: number): void {
    this.clear();
    this.#length = length;
  }

  /** All that was written, good until the next `write`. */
  take(): Uint8Array {
    this.#flush();
    const taken = this.#bytes.subarray(0, this.#length);
    this.#length = 0;
    if (this.#bytes.length > KEPT) this.#bytes = new Uint8Array(FIRST);
    return taken;
  }

  /** Forgets what was written. */
  clear(): void {
    this.#length = 0;
    this.#texts = [];
    this.#characters = 0;
  }

  #ready(value: unknown): string | Uint8Array | undefined {
    if (value === undefined || typeof value === "string" || value instanceof Uint8Array) return value;
    const text = JSON.stringify(value) as string | undefined;
    if (text === undefined) throw new TypeError(`Cannot write what the function gave: it is a ${typeof value}`);
    return this.#isWhole ? `${text}\n` : text;
  }

  #addReady(value: string | Uint8Array | undefined): void {
    if (typeof value === "string") return this.#add(value);
    if (value === undefined) return;
    this.#flush();
    this.#makeRoom(value.length);
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
  }

  #add(text: string): void {
    this.#texts.push(text);
    if ((this.#characters += text.length + 1) >= PENDING) this.#flush();
  }

  #flush(): void {
    if (this.#texts.length === 0) return;
    // For the last line end.
    if (!this.#isWhole) this.#texts.push("");
    const text = this.#texts.join(this.#isWhole ? "" : "\n");
    this.#texts = [];
    this.#characters = 0;
    this.#makeRoom(text.length * 3);
    this.#length += encoder.encodeInto(text, this.#bytes.subarray(this.#length)).written;
  }

  #makeRoom(length: number): void {
    if (this.#length + length <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(2 * this.#bytes.length, this.#length + length));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }
}
