import type { InputMark } from "./input_mark.ts";
import type { JournalRecord } from "./journal.ts";

/** Options of a run that its output depends on, by name. */
export type RunIdentity = Readonly<Record<string, string | number | boolean>>;

/** Bytes of text, where an output or its inputs are compressed. */
export interface TextBytes {
  readonly bytesIn: number;
  readonly bytesOut: number;
}

/** How far an output is. */
export interface OutputProgress<C> {
  /** The caller's own. */
  readonly cursor: C;
  /** Bytes of the output that are written. */
  readonly position: number;
  readonly text?: TextBytes | undefined;
}

/** What the journal says of an output. */
export interface OutputEntry<C> {
  /** By which later records name it: outputs are counted from 0 as they are begun. */
  readonly number: number;
  readonly inputs: readonly InputMark[];
  /** The last progress that was recorded. */
  progress: OutputProgress<C> | undefined;
  /** The complete file under its temporary name, once that was recorded; a new name does not change the inode. */
  sealed: { readonly inode: string; readonly size: number; readonly text: TextBytes | undefined } | undefined;
}

const VERSION = 1;

type PackedMark = readonly [size: number, modified: number, sample: number | null, path?: string];

/** The first record of a journal. */
export function headRecord(id: string, identity: RunIdentity): JournalRecord {
  return { manyhands: "checkpoint", version: VERSION, id, identity };
}

/** The record of another run that goes on; the time makes the checksums from there on different ones. */
export function resumeRecord(): JournalRecord {
  return { resume: Date.now(), nonce: Math.random() };
}

export function beginRecord(key: string, inputs: readonly InputMark[]): JournalRecord {
  const packed = inputs.map(({ size, modified, sample = null, path }): PackedMark =>
    path === key ? [size, modified, sample] : [size, modified, sample, path]
  );
  return { begin: key, inputs: packed };
}

export function noteRecord(number: number, { cursor, position, text }: OutputProgress<unknown>): JournalRecord {
  return { note: number, cursor, position, text };
}

export function sealRecord(number: number, inode: string, size: number, text: TextBytes | undefined): JournalRecord {
  return { seal: number, inode, size, text };
}

export function dropRecord(number: number): JournalRecord {
  return { drop: number };
}

/** What the records of a journal come to. */
export class CheckpointState<C> {
  /** Of the first record; undefined where there is none. */
  head: { readonly id: string; readonly identity: RunIdentity; readonly version: number } | undefined;
  readonly entries: Map<string, OutputEntry<C>> = new Map();
  /** Key of each output that was begun, by its number. */
  readonly #keys: string[] = [];

  /** Outputs begun so far. */
  get count(): number {
    return this.#keys.length;
  }

  /** Whether the journal is of a form that this version reads. */
  get isReadable(): boolean {
    return this.head?.version === VERSION;
  }

  take(record: JournalRecord): void {
    if (this.head === undefined) {
      this.head = record as unknown as NonNullable<typeof this.head>;
    } else if ("begin" in record) {
      const key = record["begin"] as string;
      this.entries.set(key, {
        number: this.#keys.length,
        inputs: (record["inputs"] as PackedMark[]).map((mark) => unpacked(mark, key)),
        progress: undefined,
        sealed: undefined,
      });
      this.#keys.push(key);
    } else if ("note" in record) {
      const entry = this.#entryOf(record["note"]);
      if (entry !== undefined) {
        const { cursor, position, text } = record as unknown as OutputProgress<C>;
        entry.progress = { cursor, position, text };
      }
    } else if ("seal" in record) {
      const entry = this.#entryOf(record["seal"]);
      if (entry !== undefined) {
        const text = record["text"] as TextBytes | undefined;
        entry.sealed = { inode: record["inode"] as string, size: record["size"] as number, text };
      }
    } else if ("drop" in record) {
      const entry = this.#entryOf(record["drop"]);
      if (entry !== undefined) this.entries.delete(this.#keys[entry.number]!);
    }
  }

  /** The entry with a number, unless its output was begun again since. */
  #entryOf(number: unknown): OutputEntry<C> | undefined {
    const entry = this.entries.get(this.#keys[number as number] ?? "");
    return entry?.number === number ? entry : undefined;
  }
}

function unpacked([size, modified, sample, path]: PackedMark, key: string): InputMark {
  return { path: path ?? key, size, modified, sample: sample ?? undefined };
}
