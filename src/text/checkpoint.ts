import { CheckpointError } from "../core/errors.ts";
import { type Disk, disk as systemDisk } from "../runtime/disk.ts";
import { folderName, hiddenBeside, realPath } from "../runtime/files.ts";
import { takeRunLock } from "../runtime/run_lock.ts";
import { CheckpointRecorder, type Draft } from "./checkpoint_recorder.ts";
import {
  headRecord,
  type OutputProgress,
  resumeRecord,
  type RunIdentity,
  type TextBytes,
} from "./checkpoint_records.ts";
import { CheckpointState } from "./checkpoint_state.ts";
import { type InputMark, markAgain, markChange } from "./input_mark.ts";
import { Journal, JournalReader } from "./journal.ts";

export type { Draft } from "./checkpoint_recorder.ts";

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

/** What an earlier run left of an output. */
export type Kept<C> =
  /** It is complete and has its final name. */
  | { readonly kind: "done"; readonly size: number; readonly text: TextBytes | undefined }
  /** Its first `position` bytes are there; the rest is what the caller noted with them. */
  | ({ readonly kind: "begun" } & OutputProgress<C>);

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
  readonly #journal: Journal;
  readonly #unlock: () => void;
  /** What earlier runs left. */
  readonly #state: CheckpointState<C>;
  readonly #recorder: CheckpointRecorder<C>;
  /** Folders whose names are to be made durable at the end. */
  readonly #folders: Set<string> = new Set();
  #isClosed = false;

  private constructor(options: CheckpointOptions, path: string, unlock: () => void) {
    this.#options = options;
    this.#disk = options.disk ?? systemDisk;
    this.#unlock = unlock;
    this.path = path;
    const reader = new JournalReader(path, this.#disk);
    const state = this.#state = new CheckpointState<C>((position) => reader.recordAt(position));
    this.#journal = Journal.open(path, this.#disk, (record, position) => state.take(record, position));
    const { head } = state;
    this.isResumed = head !== undefined;
    if (head !== undefined) {
      if (!state.isReadable) this.#refuse("its journal is of another version of manyhands");
      this.#compare(head.identity);
    }
    this.id = head?.id ?? Math.floor(Math.random() * 0x100000000).toString(16).padStart(8, "0");
    const { onFailure, window = Infinity, interval = INTERVAL } = options;
    const { count } = state;
    this.#recorder = new CheckpointRecorder({
      journal: this.#journal,
      disk: this.#disk,
      count,
      onFailure,
      window,
      interval,
    });
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
    if (this.#state.count === 0) return;
    let breath = performance.now();
    const breathe = async (): Promise<void> => {
      if (performance.now() - breath < BREATH) return;
      await new Promise((resolve) => setTimeout(resolve, 0));
      breath = performance.now();
    };
    for (const key of keys) {
      this.#state.see(key);
      await breathe();
    }
    for (const { key, inputs, isSeen } of this.#state.entries()) {
      await breathe();
      for (const before of inputs) {
        const change = changeOf(before);
        if (change !== undefined) this.#refuse(`the input ${before.path} has changed: ${change}`);
      }
      if (!isSeen) this.#refuse(`${key} is not among the inputs, as it was`);
    }
  }

  /** What an earlier run left of an output; undefined if it is to be begun anew. Gives a complete one its final name. */
  resume({ key, temporary }: Draft, target: string): Kept<C> | undefined {
    const entry = this.#state.find(key);
    if (entry === undefined) return undefined;
    const found = this.#disk.status(temporary);
    const { number, sealed, progress } = entry;
    if (sealed === undefined) {
      if (found === undefined || progress === undefined) return undefined;
      this.#recorder.goOn(key, number, progress);
      return { kind: "begun", ...progress };
    }
    const isSealed = (file: typeof found): boolean => file?.inode === sealed.inode && file.size === sealed.size;
    if (isSealed(found)) this.publish(temporary, target);
    else if (found !== undefined || !isSealed(this.#disk.status(target))) return undefined;
    else this.#folders.add(folderName(target));
    this.#state.setDone(key);
    return { kind: "done", size: sealed.size, text: sealed.text };
  }

  /** Whether `resume` has found an output complete. */
  isDone(key: string): boolean {
    return this.#state.isDone(key);
  }

  /** Resolves when another range of an output may be begun, which `note` or `seal` will record. */
  enter(key: string): Promise<void> {
    return this.#recorder.enter(key);
  }

  /** Tells that the ranges of an output are counted from 0 again. */
  restart(key: string): void {
    this.#recorder.restart(key);
  }

  /** Tells that no more ranges of an output will be noted, as when one failed. */
  leave(key: string): void {
    this.#recorder.leave(key);
  }

  /** Tells that an output is done with as it is, as where its input failed; a run that resumes goes on with it. */
  end(key: string): void {
    this.#recorder.end(key);
  }

  /** Tells that the run is to end, whatever is under way. */
  stop(): void {
    this.#recorder.stop();
  }

  /** Resolves when the file may be created, from nothing, under its temporary name. */
  async begin(key: string, inputs: readonly InputMark[]): Promise<void> {
    await this.#recorder.begin(key, inputs, this.#state.forget(key));
  }

  /**
   * Notes how far an output is written, with the first `ranges` of those that were entered, and all of `files`, if there
   * are others that belong to it. That is recorded from time to time.
   */
  note(draft: Draft, progress: OutputProgress<C>, ranges: number = 0, files: readonly string[] = []): void {
    this.#recorder.note(draft, progress, ranges, files);
  }

  /**
   * Resolves when it is recorded that outputs are complete, which are made durable before unless they are (`synced`).
   *
   * @throws what the disk throws
   */
  seal(drafts: readonly Draft[], synced: boolean = false): Promise<void> {
    return this.#recorder.seal(drafts, synced);
  }

  /** Gives a sealed output its final name. Throws what the disk throws. */
  publish(temporary: string, target: string): void {
    this.#disk.rename(temporary, target);
    this.#recorder.renamed(temporary);
    this.#folders.add(folderName(target));
  }

  /** Forgets an output that is not sealed; the caller then removes its file. A run that resumes begins it anew. */
  drop(key: string): void {
    this.#recorder.drop(key);
  }

  /** Ends a run that has done everything: its journal goes. */
  async finish(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    try {
      await this.#recorder.finish();
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
    this.#isClosed = true;
    await this.#recorder.close();
    this.#unlock();
  }

  /** Makes what was read durable, too: it may be there only because the machine kept running. */
  async #start(): Promise<void> {
    this.#journal.append(this.isResumed ? resumeRecord() : headRecord(this.id, this.#options.identity));
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
