import { concatenated } from "../core/concatenated.ts";
import { crc32 } from "../core/crc32.ts";
import type { Disk } from "../runtime/disk.ts";

/** A record: plain data that JSON can carry. */
export type JournalRecord = Readonly<Record<string, unknown>>;

/** Bytes of a line before its content: length and checksum in eight hexadecimal digits each, with a space after them. */
const HEAD_BYTES = 18;
const READ_BYTES = 1 << 20;
const PIECE_BYTES = 1 << 16;
const LINE_FEED = 0x0a;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * An append-only file of records, each a line of length, checksum and JSON. A checksum goes on from that of the record
 * before, so that what an earlier, lost end of the file left behind is never taken for a part of it. The first line
 * that is not whole ends the journal: it and all after it are cut off.
 */
export class Journal {
  readonly path: string;
  readonly #disk: Disk;
  #end = 0;
  #checksum = 0;
  #waiting: Uint8Array[] = [];
  #failure: { readonly error: unknown } | undefined;

  private constructor(path: string, disk: Disk) {
    this.path = path;
    this.#disk = disk;
  }

  /** Opens the journal at `path`, an empty one where there is none, and hands each of its records to `take`, with its place. */
  static open(path: string, disk: Disk, take: (record: JournalRecord, position: number) => void): Journal {
    const journal = new Journal(path, disk);
    journal.#read(take);
    return journal;
  }

  /** Adds a record; it is in the file after the next `sync`. */
  append(record: JournalRecord): void {
    const content = encoder.encode(JSON.stringify(record));
    this.#checksum = crc32(content, this.#checksum);
    const line = new Uint8Array(HEAD_BYTES + content.length + 1);
    encoder.encodeInto(`${hex(content.length)} ${hex(this.#checksum)} `, line);
    line.set(content, HEAD_BYTES);
    line[line.length - 1] = LINE_FEED;
    this.#waiting.push(line);
  }

  /** Resolves when all records added so far survive a power cut. Once it has failed, it always fails. */
  async sync(): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure.error;
    try {
      for (const bytes of joined(this.#waiting.splice(0))) {
        this.#disk.write(this.path, bytes, this.#end);
        this.#end += bytes.length;
      }
      await this.#disk.sync(this.path);
    } catch (error) {
      // What came after a part of a record would be lost.
      this.#failure = { error };
      throw error;
    }
  }

  #read(take: (record: JournalRecord, position: number) => void): void {
    let held: Uint8Array = new Uint8Array(0);
    let position = 0;
    for (;;) {
      const piece = this.#disk.read(this.path, position, READ_BYTES);
      if (piece === undefined) return;
      position += piece.length;
      held = held.length === 0 ? piece : concatenated([held, piece]);
      let from = 0;
      for (let line = held.indexOf(LINE_FEED, from); line >= 0; line = held.indexOf(LINE_FEED, from)) {
        const content = this.#verified(held.subarray(from, line));
        if (content === undefined) return this.#cutOff();
        take(JSON.parse(decoder.decode(content)) as JournalRecord, this.#end);
        this.#end += line + 1 - from;
        from = line + 1;
      }
      held = held.slice(from);
      if (piece.length === 0) return held.length === 0 ? undefined : this.#cutOff();
    }
  }

  #verified(line: Uint8Array): Uint8Array | undefined {
    const content = line.subarray(HEAD_BYTES);
    const checksum = crc32(content, this.#checksum);
    if (decoder.decode(line.subarray(0, HEAD_BYTES)) !== `${hex(content.length)} ${hex(checksum)} `) return undefined;
    this.#checksum = checksum;
    return content;
  }

  #cutOff(): void {
    this.#disk.setLength(this.path, this.#end);
  }
}

/** Reads records of a journal again, by their places: best in their order, since it keeps a piece of the file. */
export class JournalReader {
  readonly #path: string;
  readonly #disk: Disk;
  #piece: Uint8Array = new Uint8Array(0);
  #start = 0;

  constructor(path: string, disk: Disk) {
    this.#path = path;
    this.#disk = disk;
  }

  /** The record at a place that `Journal.open` told. */
  recordAt(position: number): JournalRecord {
    for (let length = PIECE_BYTES;; length *= 2) {
      const from = position - this.#start;
      const end = from < 0 || from >= this.#piece.length ? -1 : this.#piece.indexOf(LINE_FEED, from);
      if (end >= 0) return JSON.parse(decoder.decode(this.#piece.subarray(from + HEAD_BYTES, end))) as JournalRecord;
      if (length > PIECE_BYTES && this.#piece.length < length / 2) {
        throw new Error(`The journal ${this.#path} has no record at byte ${position}`);
      }
      this.#piece = this.#disk.read(this.#path, position, length) ?? new Uint8Array(0);
      this.#start = position;
    }
  }
}

function hex(value: number): string {
  return value.toString(16).padStart(8, "0");
}

/** The lines as one piece, or none where there are none. */
function joined(lines: readonly Uint8Array[]): readonly Uint8Array[] {
  return lines.length === 0 ? [] : [concatenated(lines)];
}
