import { CheckpointError } from "../core/errors.ts";
import { type Disk, disk as systemDisk } from "../runtime/disk.ts";
import { folderName, hiddenBeside, realPath } from "../runtime/files.ts";
import { takeRunLock } from "../runtime/run_lock.ts";
import {
  beginRecord,
  CheckpointState,
  dropRecord,
  headRecord,
  noteRecord,
  type OutputEntry,
  resumeRecord,
  type RunIdentity,
  sealRecord,
} from "./checkpoint_records.ts";
import { type InputMark, markAgain, markChange } from "./input_mark.ts";
import { Journal, type JournalRecord } from "./journal.ts";
import { RangeWindow } from "./range_window.ts";

/** What a checkpoint works with. */
export interface CheckpointOptions {
  /** Path of the output as the caller named it: a file or a folder, which need not exist. */
  readonly output: string;
  /** What must be the same in the run that resumes. */
  readonly identity: RunIdentity;
  /** Told once, when the journal or an output cannot be made to last: the run cannot go on. */
  readonly onFailure: (error: unknown, path: string) => void;
  /** Ranges that may be begun and not recorded; by default any number. */
  readonly window?: number;
  /** Milliseconds between two records of progress, by default 1000, unless the window needs one before. */
  readonly interval?: number;
  readonly disk?: Disk;
}

/** An output under its temporary name. */
export interface Draft {
  /** What the output is called in the journal, such as the path of its only input. */
  readonly key: string;
  readonly temporary: string;
}

/** What an earlier run left of an output. */
export type Kept<C> =
  /** It is complete and has its final name. */
  | { readonly kind: "done"; readonly size: number }
  /** Its first `position` bytes are there; `cursor` is what the caller noted with them. */
  | { readonly kind: "begun"; readonly cursor: C; readonly position: number };

/** Progress that was noted and not recorded yet. */
interface Note<C> {
  readonly cursor: C;
  readonly position: number;
  readonly files: readonly string[];
  /** To be called when it is recorded. */
  readonly onRecorded: () => void;
}

const INTERVAL = 1000;
/** Milliseconds of looking at inputs after which the thread hears what else there is. */
const BREATH = 50;

/** The path of the journal of a run with this output: `.NAME.manyhands-journal` in the same folder. */
export function journalPath(output: string): string {
  return hiddenBeside(realPath(output), "journal");
}

/**
 * What a run needs to be gone on with after any end: a journal beside the output, and a lock that keeps a second run away.
 *
 * The order of steps is what makes it right. The journal is durable before the first output is created. Progress is
 * recorded after the bytes that it speaks of are durable. That an output is complete is recorded after it and its
 * temporary name are durable, and it is renamed after the record is. So whatever is lost, the journal claims nothing
 * that isn't there, and under a final name is what was there before or the whole output.
 *
 * For each output, in this order: `resume`; if that gives nothing, `begin`, then create the file, empty; `note` as it
 * grows; when all is written `seal`, then `publish`. An output whose failure is final: `drop`. At the end `finish`, or
 * `close` to keep the journal.
 *
 * @typeParam C the caller's own progress in an output, plain data for JSON, such as the number of the next record
 */
export class Checkpoint<C> {
  /** Path of the journal. */
  readonly path: string;
  /** Identifies the run and those that resume it; part of the names of their temporary files. */
  readonly id: string;
  /** Whether there was a journal. */
  readonly isResumed: boolean;
  readonly #options: CheckpointOptions;
  readonly #disk: Disk;
  readonly #interval: number;
  readonly #journal: Journal;
  readonly #unlock: () => void;
  readonly #entries: Map<string, OutputEntry<C>>;
  /** Numbers of the outputs that are being written. */
  readonly #numbers: Map<string, number> = new Map();
  #count: number;
  readonly #notes: Map<string, Note<C>> = new Map();
  readonly #window: RangeWindow;
  /** Folders whose names are to be made durable at the end. */
  readonly #folders: Set<string> = new Set();
  /** Temporary files whose names are durable. */
  readonly #named: Set<string> = new Set();
  /** Settles when no record is being made. */
  #turn: Promise<void> = Promise.resolve();
  #isRecording = false;
  #recorded: number = performance.now();
  #isClosed = false;
  #failure: { readonly error: unknown } | undefined;

  private constructor(options: CheckpointOptions, path: string, unlock: () => void) {
    this.#options = options;
    this.#disk = options.disk ?? systemDisk;
    this.#interval = options.interval ?? INTERVAL;
    this.#window = new RangeWindow(options.window ?? Infinity, () => this.#recordSoon());
    this.#unlock = unlock;
    this.path = path;
    const state = new CheckpointState<C>();
    this.#journal = Journal.open(path, this.#disk, (record) => state.take(record));
    const { head } = state;
    this.isResumed = head !== undefined;
    if (head !== undefined) {
      if (!state.isReadable) this.#refuse("its journal is of another version of manyhands");
      this.#compare(head.identity);
    }
    this.id = head?.id ?? Math.floor(Math.random() * 0x100000000).toString(16).padStart(8, "0");
    this.#entries = state.entries;
    this.#count = state.count;
    for (const [key, { number, sealed }] of state.entries) if (sealed === undefined) this.#numbers.set(key, number);
  }

  /**
   * Takes the lock and reads the journal, or begins one.
   *
   * @throws {CheckpointError} where another run works on the output, or the journal is of a run with another identity
   */
  static async open<C>(options: CheckpointOptions): Promise<Checkpoint<C>> {
    const path = journalPath(options.output);
    const lock = takeRunLock(path);
    if (!("release" in lock)) {
      const { pid, host, isKnown } = lock;
      const hint = isKnown ? "" : `; if it does so no more, remove ${lock.path}`;
      throw new CheckpointError(
        "ERR_CHECKPOINT_LOCKED",
        `Cannot work on ${options.output}: process ${pid} on ${host} works on it${hint}`,
      );
    }
    try {
      const checkpoint = new Checkpoint<C>(options, path, () => lock.release());
      await checkpoint.#start();
      return checkpoint;
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  /**
   * Checks that the inputs of everything in the journal are what they were; `keys` are the outputs of this run.
   *
   * @throws {CheckpointError} where one has changed or is missing
   */
  async verify(keys: Iterable<string>): Promise<void> {
    if (this.#entries.size === 0) return;
    let breath = performance.now();
    const breathe = async (): Promise<void> => {
      if (performance.now() - breath < BREATH) return;
      await new Promise((resolve) => setTimeout(resolve, 0));
      breath = performance.now();
    };
    const missing = new Set(this.#entries.keys());
    for (const key of keys) {
      missing.delete(key);
      await breathe();
    }
    for (const [key, { inputs }] of this.#entries) {
      await breathe();
      for (const before of inputs) {
        const change = changeOf(before);
        if (change !== undefined) this.#refuse(`the input ${before.path} has changed: ${change}`);
      }
      if (missing.has(key)) this.#refuse(`${key} is not among the inputs, as it was`);
    }
  }

  /** What an earlier run left of an output; undefined if it is to be begun anew. Gives a complete one its final name. */
  resume({ key, temporary }: Draft, target: string): Kept<C> | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    const found = this.#disk.status(temporary);
    const { sealed, progress } = entry;
    if (sealed === undefined) {
      return found === undefined || progress === undefined ? undefined : { kind: "begun", ...progress };
    }
    const isSealed = (file: typeof found): boolean => file?.inode === sealed.inode && file.size === sealed.size;
    if (isSealed(found)) this.publish(temporary, target);
    else if (found !== undefined || !isSealed(this.#disk.status(target))) return undefined;
    else this.#folders.add(folderName(target));
    return { kind: "done", size: sealed.size };
  }

  /** Resolves when another range of an output may be begun, which `note` or `seal` will record. */
  enter(key: string): Promise<void> {
    return this.#window.enter(key);
  }

  /** Tells that the ranges of an output are counted from 0 again. */
  restart(key: string): void {
    this.#window.restart(key);
  }

  /** Tells that no more ranges of an output will be noted, as when one failed. */
  leave(key: string): void {
    this.#window.leave(key);
  }

  /** Tells that the run is to end, whatever is under way. */
  stop(): void {
    this.#window.open();
  }

  /** Resolves when the file may be created, from nothing, under its temporary name. */
  async begin(key: string, inputs: readonly InputMark[]): Promise<void> {
    const isKnown = this.#entries.delete(key);
    this.#numbers.set(key, this.#count++);
    this.#append(beginRecord(key, inputs));
    // What the journal said of this output before must not be believed of the new file.
    if (isKnown) await this.#record(() => this.#syncJournal());
  }

  /**
   * Notes that the first `position` bytes of an output are written, with the first `ranges` of those that were entered,
   * and all of `files`, if there are others that belong to it. That is recorded from time to time.
   */
  note(
    { key, temporary }: Draft,
    cursor: C,
    position: number,
    ranges: number = 0,
    files: readonly string[] = [],
  ): void {
    const onRecorded = this.#window.done(key, ranges);
    this.#notes.set(key, { cursor, position, files: [temporary, ...files], onRecorded });
    if (this.#window.isDue || performance.now() - this.#recorded >= this.#interval) this.#recordSoon();
  }

  /**
   * Resolves when it is recorded that outputs are complete, which are made durable before unless they are (`synced`).
   *
   * @throws what the disk throws
   */
  seal(drafts: readonly Draft[], synced: boolean = false): Promise<void> {
    return this.#record(async () => {
      if (!synced) {
        for (const { temporary } of drafts) await this.#orFail(temporary, () => this.#disk.sync(temporary));
      }
      await this.#nameDurably(drafts.map(({ temporary }) => temporary));
      for (const { key, temporary } of drafts) {
        const file = this.#disk.status(temporary);
        if (file === undefined) throw new Error(`The incomplete output ${temporary} was removed`);
        this.#append(sealRecord(this.#numbers.get(key)!, file.inode, file.size));
        this.#notes.delete(key);
        this.#numbers.delete(key);
      }
      await this.#syncJournal();
      for (const { key } of drafts) this.#window.leave(key);
    });
  }

  /** Gives a sealed output its final name. Throws what the disk throws. */
  publish(temporary: string, target: string): void {
    this.#disk.rename(temporary, target);
    this.#named.delete(temporary);
    this.#folders.add(folderName(target));
  }

  /** Forgets an output that is not sealed; the caller then removes its file. A run that resumes begins it anew. */
  drop(key: string): void {
    const number = this.#numbers.get(key);
    this.#window.leave(key);
    this.#notes.delete(key);
    this.#numbers.delete(key);
    if (number !== undefined) this.#append(dropRecord(number));
  }

  /** Ends a run that has done everything: its journal goes. */
  async finish(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    try {
      await this.#turn;
      if (this.#failure !== undefined) throw this.#failure.error;
      await this.#syncFolders();
      this.#disk.remove(this.path);
      await this.#disk.syncFolder(folderName(this.path));
    } finally {
      this.#unlock();
    }
  }

  /** Ends a run that is to be resumed: records what was noted last. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    const recorded = this.#record(() => this.#recordNotes()).catch(() => {});
    this.#isClosed = true;
    await recorded;
    this.#unlock();
  }

  /** Makes what was read durable, too: it may be there only because the machine kept running. */
  async #start(): Promise<void> {
    this.#append(this.isResumed ? resumeRecord() : headRecord(this.id, this.#options.identity));
    await this.#journal.sync();
    await this.#disk.syncFolder(folderName(this.path));
  }

  #compare(before: RunIdentity): void {
    const { identity } = this.#options;
    for (const name of new Set([...Object.keys(before), ...Object.keys(identity)])) {
      if (before[name] === identity[name]) continue;
      const [expected, found] = [before, identity].map((of) => name in of ? JSON.stringify(of[name]) : "none");
      this.#refuse(`expected ${name} to be ${expected} as before, found ${found}`);
    }
  }

  #refuse(found: string): never {
    throw new CheckpointError(
      "ERR_CHECKPOINT_MISMATCH",
      `Cannot resume ${this.#options.output}: ${found}; to start anew, remove ${this.path}`,
    );
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
      if (this.#window.isDue) this.#recordSoon();
    });
  }

  async #recordNotes(): Promise<void> {
    const notes = [...this.#notes];
    this.#notes.clear();
    const files = [...new Set(notes.flatMap(([, note]) => note.files))];
    await Promise.all(files.map((path) => this.#orFail(path, () => this.#disk.sync(path))));
    await this.#nameDurably(files);
    for (const [key, { cursor, position }] of notes) {
      const number = this.#numbers.get(key);
      if (number !== undefined) this.#append(noteRecord(number, cursor, position));
    }
    await this.#syncJournal();
    for (const [, { onRecorded }] of notes) onRecorded();
  }

  #syncJournal(): Promise<void> {
    return this.#orFail(this.path, () => this.#journal.sync());
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

  /** Makes final names durable, and those of the folders that hold them, up to that of the output. */
  async #syncFolders(): Promise<void> {
    const top = folderName(this.path);
    const all = new Set<string>();
    for (let folder of this.#folders) {
      for (; !all.has(folder); folder = folderName(folder)) {
        all.add(folder);
        if (folder === top) break;
      }
    }
    for (const folder of all) await this.#disk.syncFolder(folder);
  }
}

function changeOf(before: InputMark): string | undefined {
  try {
    const now = markAgain(before);
    return now === undefined ? "it was removed" : markChange(before, now);
  } catch (error) {
    return (error as Error).message;
  }
}
