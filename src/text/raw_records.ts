import { InvalidUtf8Error } from "../core/errors.ts";
import { headerFields, parseRows, rowObject } from "./csv_rows.ts";
import { PiecewiseList } from "./piecewise_list.ts";
import type { MapperSettings } from "./record_form.ts";
import type { RecordBytes } from "./record_range.ts";

/** Stands for a record that the function is not called for: a blank line, a header. */
export const BLANK: unique symbol = Symbol("blank");

/** The records of a range, made when they are asked for. */
export interface RawRecords {
  /** How many there are, blank ones and the header among them: records are numbered by it. */
  readonly count: number;
  /** Whether there is one of that number; quicker than to count them all. */
  has(index: number): boolean;
  /** What the function gets, or `BLANK`. Throws where the record is malformed. */
  value(index: number): unknown;
  /** The record as it came. */
  raw(index: number): { readonly record: unknown; readonly isBase64: boolean };
  /** Bytes from the start of the text to the record; undefined where it came as a value. */
  offset(index: number): number | undefined;
}

/** Where a range stands in its text. */
export interface RangePlace {
  /** Whether the text begins with it. */
  readonly isFirst: boolean;
  /** The first row of CSV, where that names the fields. */
  readonly header: string | undefined;
}

const NEWLINE = 10;
/** Bytes that lines are made of at a time, and characters that rows are. */
const PIECE_BYTES = 8 * 1024;
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const lenient = new TextDecoder("utf-8", { ignoreBOM: true });

/** The text of bytes; undefined where they are no UTF-8 and that is an error. */
function decoded(bytes: Uint8Array, invalid: MapperSettings["invalid"]): string | undefined {
  // Deno's strict decoder takes several times as long, and twice the memory for letters of one byte.
  const text = lenient.decode(bytes);
  if (invalid === "replace" || !text.includes("\ufffd")) return text;
  try {
    return strict.decode(bytes);
  } catch {
    return undefined;
  }
}

/** The records that `bytes` hold. */
export function rawRecords(text: RecordBytes, settings: MapperSettings, place: RangePlace): RawRecords {
  const { by } = settings;
  let { bytes, offset } = text;
  if (place.isFirst && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) {
    bytes = bytes.subarray(3);
    offset += 3;
  }
  if (by === "chunks") return new ChunkRecords({ bytes, offset }, settings);
  const lines = new Lines({ bytes, offset }, settings);
  if (by === "csv") return new CsvRecords(lines, settings, place);
  return by === "ndjson" ? new JsonRecords(lines) : new LineRecords(lines);
}

/** The first row of CSV, as it came. Throws where it is no UTF-8. */
export function headerText(bytes: Uint8Array): string {
  return withoutReturn(new TextDecoder("utf-8", { fatal: true }).decode(bytes).replace(/\n$/, ""));
}

function withoutReturn(line: string): string {
  return line.charCodeAt(line.length - 1) === 13 ? line.slice(0, -1) : line;
}

/** The lines of a range, without their line feeds. */
class Lines {
  readonly #bytes: Uint8Array;
  readonly #offset: number;
  readonly #invalid: MapperSettings["invalid"];
  readonly #texts: PiecewiseList<number, string | undefined>;
  /** The line whose place was asked for last, and its place. */
  #known: { line: number; start: number } = { line: 0, start: 0 };

  constructor({ bytes, offset }: RecordBytes, { invalid }: MapperSettings) {
    this.#bytes = bytes;
    this.#offset = offset;
    this.#invalid = invalid;
    this.#texts = new PiecewiseList(0, (start) => this.#linesFrom(start));
  }

  get count(): number {
    return this.#texts.count;
  }

  has(line: number): boolean {
    return this.#texts.has(line);
  }

  /** A line that there is; undefined where it is no UTF-8 and that is an error. */
  text(line: number): string | undefined {
    return this.#texts.at(line);
  }

  #linesFrom(start: number): { items: readonly (string | undefined)[]; next: number } | undefined {
    if (start >= this.#bytes.length) return undefined;
    const next = this.#pieceEnd(start);
    const bytes = this.#bytes.subarray(start, next);
    const items: (string | undefined)[] = decoded(bytes, this.#invalid)?.split("\n") ??
      splitBytes(bytes).map((part) => decoded(part, this.#invalid));
    // After the last line end there is no line.
    if (items.at(-1) === "") items.pop();
    return { items, next };
  }

  #pieceEnd(start: number): number {
    const limit = start + PIECE_BYTES;
    if (limit >= this.#bytes.length) return this.#bytes.length;
    const end = this.#bytes.lastIndexOf(NEWLINE, limit - 1);
    return end >= start ? end + 1 : this.#bytes.indexOf(NEWLINE, limit) + 1 || this.#bytes.length;
  }

  offset(line: number): number {
    return this.#offset + this.#start(line);
  }

  /** The bytes of `count` lines, the last line feed left out. */
  bytes(line: number, count: number): Uint8Array {
    const start = this.#start(line);
    const end = this.#start(line + count);
    return this.#bytes.subarray(start, this.#bytes[end - 1] === NEWLINE ? end - 1 : end);
  }

  /** Where the first byte that is no UTF-8 lies from a line on. */
  invalidAt(line: number, count: number): InvalidUtf8Error {
    const bytes = this.bytes(line, count);
    // The valid part gives as many bytes as it has; what is not valid gives U+FFFD.
    const text = lenient.decode(bytes);
    let at = 0;
    for (const letter of text) {
      const size = new TextEncoder().encode(letter).length;
      if (letter === "\ufffd" && !(bytes[at] === 0xef && bytes[at + 1] === 0xbf && bytes[at + 2] === 0xbd)) break;
      at += size;
    }
    return new InvalidUtf8Error(this.offset(line) + at);
  }

  #start(line: number): number {
    let { line: at, start } = line >= this.#known.line ? this.#known : { line: 0, start: 0 };
    for (; at < line; at++) {
      const end = this.#bytes.indexOf(NEWLINE, start);
      if (end < 0) return this.#bytes.length;
      start = end + 1;
    }
    this.#known = { line, start };
    return start;
  }
}

function splitBytes(bytes: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = [];
  let start = 0;
  for (let end; (end = bytes.indexOf(NEWLINE, start)) >= 0; start = end + 1) lines.push(bytes.subarray(start, end));
  lines.push(bytes.subarray(start));
  return lines;
}

function rawText(text: string | undefined, bytes: () => Uint8Array): { record: unknown; isBase64: boolean } {
  return text === undefined ? { record: base64(bytes()), isBase64: true } : { record: text, isBase64: false };
}

function base64(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

class LineRecords implements RawRecords {
  protected readonly lines: Lines;

  constructor(lines: Lines) {
    this.lines = lines;
  }

  get count(): number {
    return this.lines.count;
  }

  has(index: number): boolean {
    return this.lines.has(index);
  }

  value(index: number): unknown {
    const text = this.lines.text(index);
    if (text === undefined) throw this.lines.invalidAt(index, 1);
    return withoutReturn(text);
  }

  raw(index: number): { record: unknown; isBase64: boolean } {
    const text = this.lines.text(index);
    return rawText(text === undefined ? text : withoutReturn(text), () => this.lines.bytes(index, 1));
  }

  offset(index: number): number {
    return this.lines.offset(index);
  }
}

class JsonRecords extends LineRecords {
  override value(index: number): unknown {
    const text = this.lines.text(index);
    if (text === undefined) throw this.lines.invalidAt(index, 1);
    if (text.length < 2 && text.trim() === "") return BLANK;
    try {
      return JSON.parse(text);
    } catch (error) {
      if (text.trim() === "") return BLANK;
      throw error;
    }
  }
}

/** A row of CSV. */
interface Row {
  /** Undefined where it is no UTF-8. */
  readonly text: string | undefined;
  readonly fields: readonly string[] | SyntaxError;
  /** Its first line, and how many it has. */
  readonly line: number;
  readonly lines: number;
}

/** Rows end at line ends before which an even number of quotes is. */
class CsvRecords implements RawRecords {
  readonly #lines: Lines;
  readonly #delimiter: string;
  readonly #rows: PiecewiseList<number, Row>;
  readonly #header: readonly string[] | undefined;
  readonly #skipsFirst: boolean;

  constructor(lines: Lines, { delimiter, header }: MapperSettings, place: RangePlace) {
    this.#lines = lines;
    this.#delimiter = delimiter;
    this.#skipsFirst = header && place.isFirst;
    this.#header = header && place.header !== undefined ? headerFields(place.header, delimiter) : undefined;
    this.#rows = new PiecewiseList(0, (line) => this.#rowsFrom(line));
  }

  get count(): number {
    return this.#rows.count;
  }

  has(index: number): boolean {
    return this.#rows.has(index);
  }

  #rowsFrom(first: number): { items: readonly Row[]; next: number } | undefined {
    const lines = this.#lines;
    if (!lines.has(first)) return undefined;
    const texts: (string | undefined)[] = [];
    const starts: number[] = [];
    let line = first;
    for (let length = 0; length < PIECE_BYTES && lines.has(line);) {
      starts.push(line);
      let row = lines.text(line);
      let isQuoted = hasOpenQuote(row ?? "");
      for (line++; isQuoted && lines.has(line); line++) {
        const next = lines.text(line);
        if (hasOpenQuote(next ?? "")) isQuoted = false;
        row = row === undefined || next === undefined ? undefined : `${row}\n${next}`;
      }
      texts.push(row === undefined ? row : withoutReturn(row));
      length += row?.length ?? 1;
    }
    starts.push(line);
    const parsed = parseRows(texts.map((text) => text ?? ""), this.#delimiter);
    const items = texts.map((text, index): Row => ({
      text,
      fields: parsed[index]!,
      line: starts[index]!,
      lines: starts[index + 1]! - starts[index]!,
    }));
    return { items, next: line };
  }

  value(index: number): unknown {
    const { text, fields, line, lines } = this.#rows.at(index);
    if (this.#skipsFirst && index === 0) return BLANK;
    if (text === undefined) throw this.#lines.invalidAt(line, lines);
    if (text === "") return BLANK;
    if (fields instanceof SyntaxError) throw fields;
    return this.#header === undefined ? fields : rowObject(this.#header, fields);
  }

  raw(index: number): { record: unknown; isBase64: boolean } {
    const { text, line, lines } = this.#rows.at(index);
    return rawText(text, () => this.#lines.bytes(line, lines));
  }

  offset(index: number): number {
    return this.#lines.offset(this.#rows.at(index).line);
  }
}

function hasOpenQuote(line: string): boolean {
  let isOpen = false;
  for (let at = line.indexOf('"'); at >= 0; at = line.indexOf('"', at + 1)) isOpen = !isOpen;
  return isOpen;
}

class ChunkRecords implements RawRecords {
  readonly #text: RecordBytes;
  readonly #settings: MapperSettings;

  constructor(text: RecordBytes, settings: MapperSettings) {
    this.#text = text;
    this.#settings = settings;
  }

  get count(): number {
    return this.#text.bytes.length === 0 ? 0 : 1;
  }

  has(index: number): boolean {
    return index < this.count;
  }

  value(): unknown {
    const text = decoded(this.#text.bytes, this.#settings.invalid);
    if (text === undefined) throw new Lines(this.#text, this.#settings).invalidAt(0, Infinity);
    return text;
  }

  raw(): { record: unknown; isBase64: boolean } {
    const { bytes } = this.#text;
    return rawText(decoded(bytes, "error"), () => bytes);
  }

  offset(): number {
    return this.#text.offset;
  }
}

/** Records that came as values. */
export class ValueRecords implements RawRecords {
  readonly #values: readonly unknown[];

  constructor(values: readonly unknown[]) {
    this.#values = values;
  }

  get count(): number {
    return this.#values.length;
  }

  has(index: number): boolean {
    return index < this.#values.length;
  }

  value(index: number): unknown {
    return this.#values[index];
  }

  raw(index: number): { record: unknown; isBase64: boolean } {
    return { record: this.#values[index], isBase64: false };
  }

  offset(): undefined {
    return undefined;
  }
}
