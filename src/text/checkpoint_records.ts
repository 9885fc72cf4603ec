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
  readonly key: string;
  /** By which later records name it: outputs are counted from 0 as they are begun. */
  readonly number: number;
  readonly inputs: readonly InputMark[];
  /** The last progress that was recorded. */
  readonly progress: OutputProgress<C> | undefined;
  /** The complete file under its temporary name, once that was recorded; a new name does not change the inode. */
  readonly sealed: { readonly inode: string; readonly size: number; readonly text: TextBytes | undefined } | undefined;
}

/** The form of the records. */
export const VERSION = 1;

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

/** What two records say of an output: that of its begin, and the last one of its progress. */
export function outputEntry<C>(number: number, begin: JournalRecord, last: JournalRecord | undefined): OutputEntry<C> {
  const key = begin["begin"] as string;
  const inputs = (begin["inputs"] as PackedMark[]).map((mark) => unpacked(mark, key));
  const entry = { key, number, inputs, progress: undefined, sealed: undefined };
  if (last === undefined) return entry;
  const text = last["text"] as TextBytes | undefined;
  if ("seal" in last) {
    return { ...entry, sealed: { inode: last["inode"] as string, size: last["size"] as number, text } };
  }
  const { cursor, position } = last as unknown as OutputProgress<C>;
  return { ...entry, progress: { cursor, position, text } };
}

function unpacked([size, modified, sample, path]: PackedMark, key: string): InputMark {
  return { path: path ?? key, size, modified, sample: sample ?? undefined };
}
