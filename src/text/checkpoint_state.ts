import { type OutputEntry, outputEntry, type RunIdentity, VERSION } from "./checkpoint_records.ts";
import type { JournalRecord } from "./journal.ts";
import { grown, KeyTable } from "./key_table.ts";

/** What is known of an output, in bits. */
const SEALED = 1;
/** It was dropped or begun again. */
const OVER = 2;
const SEEN = 4;
const DONE = 8;

/**
 * What the records of a journal come to. They stay in the journal: of each output it has the places of two records there,
 * so that a million of them take some 40 MiB.
 */
export class CheckpointState<C> {
  /** Of the first record; undefined where there is none. */
  head: { readonly id: string; readonly identity: RunIdentity; readonly version: number } | undefined;
  readonly #recordAt: (position: number) => JournalRecord;
  readonly #numbers: KeyTable;
  #count = 0;
  /** Where the record of an output's begin is, by its number, and the last one of its progress; 0 where there is none. */
  #begins: Float64Array = new Float64Array(1024);
  #lasts: Float64Array = new Float64Array(1024);
  #bits: Uint8Array = new Uint8Array(1024);

  /** @param recordAt reads a record of the journal again */
  constructor(recordAt: (position: number) => JournalRecord) {
    this.#recordAt = recordAt;
    this.#numbers = new KeyTable((number) => this.#recordAt(this.#begins[number]!)["begin"] as string);
  }

  /** Outputs begun so far. */
  get count(): number {
    return this.#count;
  }

  /** Whether the journal is of a form that this version reads. */
  get isReadable(): boolean {
    return this.head?.version === VERSION;
  }

  /** Takes note of the next record of the journal, and of where it is. */
  take(record: JournalRecord, position: number): void {
    if (this.head === undefined) this.head = record as unknown as NonNullable<typeof this.head>;
    else if ("begin" in record) this.#begin(record["begin"] as string, position);
    else if ("note" in record) this.#lasts[record["note"] as number] = position;
    else if ("seal" in record) {
      this.#lasts[record["seal"] as number] = position;
      this.#mark(record["seal"] as number, SEALED);
    } else if ("drop" in record) this.#mark(record["drop"] as number, OVER);
  }

  /** What the journal says of an output; undefined where there is nothing, or nothing any more. */
  find(key: string): OutputEntry<C> | undefined {
    const number = this.#find(key);
    return number === undefined ? undefined : this.#entry(number);
  }

  /** Forgets an output; whether there was one. */
  forget(key: string): boolean {
    return this.#markFound(key, OVER);
  }

  /** Notes that an output is one of this run too. */
  see(key: string): void {
    this.#markFound(key, SEEN);
  }

  /** Notes that an output is complete and has its name. */
  setDone(key: string): void {
    this.#markFound(key, DONE);
  }

  /** Whether that was noted. */
  isDone(key: string): boolean {
    const number = this.#find(key);
    return number !== undefined && (this.#bits[number]! & DONE) !== 0;
  }

  /** All outputs that the journal has something of, and whether they are of this run too. */
  *entries(): Generator<OutputEntry<C> & { readonly isSeen: boolean }> {
    for (let number = 0; number < this.#count; number++) {
      const bits = this.#bits[number]!;
      if ((bits & OVER) === 0) yield { ...this.#entry(number), isSeen: (bits & SEEN) !== 0 };
    }
  }

  #begin(key: string, position: number): void {
    const number = this.#count++;
    if (number === this.#begins.length) {
      this.#begins = grown(this.#begins, new Float64Array(2 * number));
      this.#lasts = grown(this.#lasts, new Float64Array(2 * number));
      this.#bits = grown(this.#bits, new Uint8Array(2 * number));
    }
    this.#begins[number] = position;
    const before = this.#numbers.add(key, number);
    if (before !== undefined) this.#mark(before, OVER);
  }

  #find(key: string): number | undefined {
    const number = this.#numbers.find(key);
    return number === undefined || (this.#bits[number]! & OVER) !== 0 ? undefined : number;
  }

  #markFound(key: string, bit: number): boolean {
    const number = this.#find(key);
    if (number !== undefined) this.#mark(number, bit);
    return number !== undefined;
  }

  #mark(number: number, bit: number): void {
    this.#bits[number]! |= bit;
  }

  #entry(number: number): OutputEntry<C> {
    const last = this.#lasts[number]!;
    return outputEntry(number, this.#recordAt(this.#begins[number]!), last === 0 ? undefined : this.#recordAt(last));
  }
}
