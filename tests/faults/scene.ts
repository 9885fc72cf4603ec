import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { SharedArray } from "../../mod.ts";
import type { Cell } from "./cell.ts";
import type { Plan } from "./fixtures/commit.ts";
import { type Arrival, arrivalsIn, hasMark, type Mark, setMark } from "./fixtures/marks.ts";

/** What came of a cell. */
export interface Finding {
  /** What the caller heard, in the words of `expectations.ts`. */
  readonly heard: string;
  /** What the next call heard, of the pool or of a fresh object where the first is ended. */
  readonly next: string;
  /** Workers that could not be ended. */
  readonly abandoned: number;
}

/** Milliseconds of a task that is to be endless after which it has failed to end; the next one has to be quicker. */
export const TASK_TIMEOUT_MS = 1500;
/** The same where a process of the operating system has to be started in that time. */
export const CHILD_TASK_TIMEOUT_MS = 4000;
/** The same for tasks that are to end, or to use up their memory, which takes a while. */
export const LONG_TASK_TIMEOUT_MS = 50_000;
/** Milliseconds after its outcome within which the fault of a cell must have come. */
const ARRIVAL_MS = 3000;

/** Where one cell is played: its folder of marks, and what it waits for just now, for a report of a hang. */
export class Scene {
  readonly cell: Cell;
  readonly plan: Plan;
  /** What is being waited for. */
  pending = "nothing";
  /** More about the state, where there is something to tell. */
  state: () => unknown = () => undefined;
  #isOver = false;
  readonly #onStep: (name: string) => void;
  readonly #word = new SharedArray("i", 1);

  /** Calls `onStep` with all that is waited for. */
  constructor(cell: Cell, onStep: (name: string) => void) {
    this.cell = cell;
    this.#onStep = onStep;
    const word = cell.context === "process" ? 0 : this.#word.view.byteOffset;
    const isTame = process.env["MANYHANDS_FAULTS_TAME"] === "1";
    this.plan = { fault: cell.fault, folder: mkdtempSync(join(folderOfCells(), "cell-")), word, isTame };
  }

  /** Waits for a step, by name. */
  async step<R>(name: string, awaited: PromiseLike<R>): Promise<R> {
    if (!this.pending.endsWith(name)) this.#onStep(name);
    this.pending = name;
    const value = await awaited;
    this.pending = `what follows ${name}`;
    return value;
  }

  /** Resolves once the fault waits for `go`. */
  async reached(): Promise<void> {
    await this.step("what waits at the gate", this.#has("reached"));
  }

  /** Resolves once the fault is put. */
  async put(): Promise<void> {
    await this.step("the fault", this.#has("put"));
  }

  async #has(mark: Mark): Promise<void> {
    // Not longer than the cell is played, whose program would not end: on a busy machine a fault may come too late for it.
    while (!this.#isOver && !hasMark(this.plan.folder, mark)) await pause();
  }

  /** Lets a fault be that waits for that. */
  go(): void {
    setMark(this.plan.folder, "go");
  }

  /** Holds this thread until the fault is put, so that what it has told to end by force a little later is not until then. */
  holdUntilPut(): void {
    const word = new Int32Array(new SharedArrayBuffer(4));
    const end = performance.now() + ARRIVAL_MS;
    while (!hasMark(this.plan.folder, "put") && performance.now() < end) Atomics.wait(word, 0, 0, 1);
  }

  /** The faults that came, once there is one or none will. */
  async arrivals(): Promise<Arrival[]> {
    const end = performance.now() + ARRIVAL_MS;
    while (!hasMark(this.plan.folder, "put") && performance.now() < end) await pause();
    return arrivalsIn(this.plan.folder);
  }

  /** Ends loops that still run; the cell has been looked at. */
  end(): void {
    this.#isOver = true;
    setMark(this.plan.folder, "over");
    Atomics.store(this.#word.view, 0, 1);
  }

  /** A module that puts the fault while it is loaded. */
  moduleAtLoad(): URL {
    const path = join(this.plan.folder, "at_load.mjs");
    const commit = new URL("./fixtures/commit.ts", import.meta.url).href;
    const lines = [
      `import { commit } from ${JSON.stringify(commit)};`,
      `await commit(${JSON.stringify(this.plan)}, "load");`,
      "export function unreachable() {}",
    ];
    writeFileSync(path, lines.join("\n"));
    return pathToFileURL(path);
  }
}

/** Where the marks lie, until who plays the cells takes them away: not among the temporary files of the product. */
function folderOfCells(): string {
  return process.env["MANYHANDS_FAULTS_FOLDER"] ?? tmpdir();
}

/** A moment in which others get on. */
export function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 3));
}

/** What a call came to, in a few words. */
export async function heardOf(call: PromiseLike<unknown>): Promise<string> {
  try {
    await call;
    return "answers";
  } catch (error) {
    return describeError(error);
  }
}

/** What an error is, in a few words. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return `threw ${typeof error}`;
  const { exitReason, exitCode, code } = error as { exitReason?: string; exitCode?: number; code?: string };
  if (exitReason !== undefined) return `${error.name} ${exitReason} ${exitCode}`;
  return error.name === "ManyhandsError" ? String(code) : error.name;
}
