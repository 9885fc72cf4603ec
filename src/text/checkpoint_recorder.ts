import type { Disk } from "../runtime/disk.ts";
import { fileErrorCode, folderName } from "../runtime/files.ts";
import {
  beginRecord,
  dropRecord,
  noteRecord,
  type OutputProgress,
  sealRecord,
  type TextBytes,
} from "./checkpoint_records.ts";
import type { InputMark } from "./input_mark.ts";
import type { Journal, JournalRecord } from "./journal.ts";
import { RangeWindow } from "./range_window.ts";

/** What a recorder works with. */
export interface RecorderOptions {
  readonly journal: Journal;
  readonly disk: Disk;
  /** Number of the next output that is begun. */
  readonly count: number;
  /** Told once, when the journal or an output cannot be made to last. */
  readonly onFailure: (error: unknown, path: string) => void;
  /** Ranges that may be begun and not recorded. */
  readonly window: number;
  /** Milliseconds between two records of progress, unless the window needs one before. */
  readonly interval: number;
}

/** An output under its temporary name. */
export interface Draft {
  /** What the output is called in the journal, such as the path of its only input. */
  readonly key: string;
  readonly temporary: string;
}

/** Progress that was noted and not recorded yet. */
interface Note<C> {
  readonly progress: OutputProgress<C>;
  readonly files: readonly string[];
  /** To be called when it is recorded. */
  readonly onRecorded: () => void;
}

/**
 * Gathers the progress of a run in notes and records it in the journal, one step after another: what a record speaks of
 * is durable before it, and after a sync that failed there are no more.
 *
 * @typeParam C the caller's own progress in an output
 */
export class CheckpointRecorder<C> {
  readonly #options: RecorderOptions;
  readonly #disk: Disk;
  readonly #journal: Journal;
  /** Numbers of the outputs that are being written. */
  readonly #numbers: Map<string, number> = new Map();
  #count: number;
  readonly #notes: Map<string, Note<C>> = new Map();
  /** Bytes of text of the outputs that are being written, where they are known. */
  readonly #texts: Map<string, TextBytes> = new Map();
  /** Outputs that are done with, not sealed. */
  readonly #ended: Set<string> = new Set();
  readonly #window: RangeWindow;
  /** Temporary files whose names are durable. */
  readonly #named: Set<string> = new Set();
  /** Settles when no record is being made. */
  #turn: Promise<void> = Promise.resolve();
  #isRecording = false;
  #recorded: number = performance.now();
  #isClosed = false;
  #failure: { readonly error: unknown } | undefined;

  constructor(options: RecorderOptions) {
    const { journal, disk, count, window } = options;
    this.#options = options;
    this.#journal = journal;
    this.#disk = disk;
    this.#count = count;
    this.#window = new RangeWindow(window, () => this.#recordSoon());
  }

  /** Resolves when another range of an output may be begun, which `note` or `seal` will record. */
  enter(key: string): Promise<void> {
    return this.#window.enter(key);
  }

  /** Tells that the ranges of an output are counted from 0 again. */
  restart(key: string): void {
    this.#window.restart(key);
  }

  /** Tells that no more ranges of an output will be noted. */
  leave(key: string): void {
    this.#window.leave(key);
  }

  /** Tells that the run is to end, whatever is under way. */
  stop(): void {
    this.#window.open();
  }

  /** Records that an output is begun; where it is begun again (`isKnown`), resolves when that is durable. */
  async begin(key: string, inputs: readonly InputMark[], isKnown: boolean): Promise<void> {
    this.#forget(key);
    this.#numbers.set(key, this.#count++);
    this.#append(beginRecord(key, inputs));
    // What the journal said of this output before must not be believed of the new file.
    if (isKnown) await this.#record(() => this.#syncJournal());
  }

  /** Tells how far an earlier run came with an output. */
  goOn(key: string, number: number, { text }: OutputProgress<C>): void {
    this.#numbers.set(key, number);
    if (text !== undefined) this.#texts.set(key, text);
  }

  /** Notes progress, to be recorded from time to time. */
  note({ key, temporary }: Draft, progress: OutputProgress<C>, ranges: number, files: readonly string[]): void {
    const onRecorded = this.#window.done(key, ranges);
    this.#notes.set(key, { progress, files: [temporary, ...files], onRecorded });
    if (progress.text !== undefined) this.#texts.set(key, progress.text);
    if (this.#window.isDue || performance.now() - this.#recorded >= this.#options.interval) this.#recordSoon();
  }

  /** Resolves when it is recorded that outputs are complete, which are made durable before unless they are. */
  seal(drafts: readonly Draft[], synced: boolean): Promise<void> {
    return this.#record(async () => {
      if (!synced) {
        for (const { temporary } of drafts) await this.#orFail(temporary, () => this.#disk.sync(temporary));
      }
      await this.#nameDurably(drafts.map(({ temporary }) => temporary));
      for (const { key, temporary } of drafts) {
        const file = this.#disk.status(temporary);
        if (file === undefined) throw new Error(`The incomplete output ${temporary} was removed`);
        this.#append(sealRecord(this.#numbers.get(key)!, file.inode, file.size, this.#texts.get(key)));
        this.#forget(key);
      }
      await this.#syncJournal();
      for (const { key } of drafts) this.#window.forget(key);
    });
  }

  /** Tells that a temporary file has another name. */
  renamed(temporary: string): void {
    this.#named.delete(temporary);
  }

  /** Tells that an output is done with as it is, as where its input failed. */
  end(key: string): void {
    this.#window.forget(key);
    this.#ended.add(key);
    if (this.#notes.has(key)) this.#recordSoon();
    this.#forgetEnded();
  }

  /** Records that an output is forgotten. */
  drop(key: string): void {
    const number = this.#numbers.get(key);
    this.#window.forget(key);
    this.#forget(key);
    if (number !== undefined) this.#append(dropRecord(number));
  }

  /** Makes no more records; resolves when none is being made. Throws what has made the run end. */
  async finish(): Promise<void> {
    this.#isClosed = true;
    await this.#turn;
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** Records what was noted last, as far as that can be done. */
  async close(): Promise<void> {
    const recorded = this.#record(() => this.#recordNotes()).catch(() => {});
    this.#isClosed = true;
    await recorded;
  }

  #forget(key: string): void {
    this.#notes.delete(key);
    this.#texts.delete(key);
    this.#numbers.delete(key);
  }

  /** Forgets outputs that are done with, unless there is something of them to record. */
  #forgetEnded(): void {
    if (this.#isRecording) return;
    for (const key of this.#ended) {
      if (this.#notes.has(key)) continue;
      this.#ended.delete(key);
      this.#forget(key);
    }
  }

  #append(record: JournalRecord): void {
    this.#journal.append(record);
  }

  /** Runs a step that makes records, when no other does. */
  #record(work: () => Promise<void>): Promise<void> {
    const step = this.#turn.then(() => {
      if (this.#failure !== undefined) throw this.#failure.error;
      return work();
    });
    this.#turn = step.catch(() => {});
    return step;
  }

  #recordSoon(): void {
    if (this.#isRecording || this.#isClosed || this.#failure !== undefined || this.#notes.size === 0) return;
    this.#isRecording = true;
    this.#record(() => this.#recordNotes()).catch(() => {}).finally(() => {
      this.#isRecording = false;
      this.#recorded = performance.now();
      this.#forgetEnded();
      if (this.#window.isDue) this.#recordSoon();
    });
  }

  async #recordNotes(): Promise<void> {
    const notes = [...this.#notes];
    this.#notes.clear();
    const keys = new Map(notes.flatMap(([key, { files }]) => files.map((path) => [path, key])));
    const files = [...keys.keys()];
    await Promise.all(Array.from(keys, ([path, key]) => this.#orFail(path, () => this.#syncNoted(path, key))));
    await this.#nameDurably(files);
    for (const [key, { progress }] of notes) {
      const number = this.#numbers.get(key);
      if (number !== undefined) this.#append(noteRecord(number, progress));
    }
    await this.#syncJournal();
    for (const [, { onRecorded }] of notes) onRecorded();
  }

  async #syncNoted(path: string, key: string): Promise<void> {
    try {
      await this.#disk.sync(path);
    } catch (error) {
      // An output that was forgotten meanwhile is removed, and there will be no record of it.
      if (this.#numbers.has(key) || fileErrorCode(error) !== "ENOENT") throw error;
    }
  }

  #syncJournal(): Promise<void> {
    return this.#orFail(this.#journal.path, () => this.#journal.sync());
  }

  /** What a failed sync has lost a later one does not tell, so none is believed after it. */
  async #orFail(path: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (this.#failure === undefined) {
        this.#failure = { error };
        this.#window.open();
        this.#options.onFailure(error, path);
      }
      throw error;
    }
  }

  async #nameDurably(files: readonly string[]): Promise<void> {
    const fresh = files.filter((path) => !this.#named.has(path));
    for (const folder of new Set(fresh.map(folderName))) {
      await this.#orFail(folder, () => this.#disk.syncFolder(folder));
    }
    for (const path of fresh) this.#named.add(path);
  }
}
