import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { arrivalProblem } from "./arrival.ts";
import { type Cell, cellName, type Runtime } from "./cell.ts";
import { type Expectation, expectationOf, isAbandoned } from "./expectations.ts";
import { type Arrival, arrivalsBelow } from "./fixtures/marks.ts";
import { groupOf, stateOfGroup, untilNone } from "./left_behind.ts";
import type { Played } from "./play.ts";

/** How a cell came out. */
export interface Verdict {
  readonly cell: Cell;
  readonly expected: Expectation;
  /** What was found; absent cells have none. */
  readonly found: string;
  /** What is not as it must be. */
  readonly problem?: string;
  /** What was not as it must be at the first try, where it is at the second. */
  readonly firstProblem?: string;
  /** Milliseconds from its begin to its end. */
  readonly took?: number;
}

/** What was found of a cell that was not played. */
export const NOT_PLAYED = "not played";

/** How programs of cells are started on a runtime. */
export interface Launch {
  readonly runtime: Runtime;
  /** Path of the runtime. */
  readonly command: string;
  /** Programs that run at a time. */
  readonly jobs: number;
  /** Whether no fault is put, by which the check is checked that they come. */
  readonly isTame?: boolean;
  /** Called with each verdict. */
  readonly onVerdict?: (verdict: Verdict) => void;
}

type Line = Played & {
  readonly name?: string;
  readonly begins?: string;
  readonly pid?: number;
  readonly ended?: true;
  readonly grown?: number;
  readonly told?: boolean;
  readonly children?: number;
  /** Threads of workers after the cell. */
  readonly workers?: readonly string[];
  /** What is waited for. */
  readonly waits?: string;
  readonly took?: number;
};

const MARK = "@cell ";
/** Cells of one program at most. */
const BATCH = 16;
/** Milliseconds without a word from a program after which it hangs; a cell that hangs tells so before. */
const SILENCE_MS = 60_000;
/** Milliseconds after its begin for which a fault that blocks the program is watched. */
const BLOCKED_MS = 1500;
/** Milliseconds after which the next program comes to what a killed one has left. */
const LATER_MS = 300_000;
/** Megabytes of heap for cells that use it up. */
const HEAP = "--max-old-space-size=64";

/**
 * Plays all of the cells on a runtime, several programs at a time. A cell that fails is played once more at the end, alone:
 * where the machine is busy, what has a second's time may take two. That it was is told.
 */
export async function playMatrix(cells: readonly Cell[], launch: Launch): Promise<Verdict[]> {
  const verdicts = await playOnce(cells, {
    ...launch,
    onVerdict: (verdict) => verdict.problem ?? launch.onVerdict?.(verdict),
  });
  for (const [index, verdict] of verdicts.entries()) {
    if (verdict.problem === undefined || launch.isTame === true) continue;
    const [second] = await playOnce([verdict.cell], { ...launch, jobs: 1, onVerdict: () => {} });
    verdicts[index] = { ...second!, firstProblem: verdict.problem };
    launch.onVerdict?.(verdicts[index]);
  }
  return verdicts;
}

async function playOnce(cells: readonly Cell[], launch: Launch): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  const tell = (verdict: Verdict): void => {
    verdicts.push(verdict);
    launch.onVerdict?.(verdict);
  };
  const batches: Cell[][] = [];
  for (const cell of cells) {
    const expected = expectationOf(cell, launch.runtime);
    if (expected.kind === "absent") tell({ cell, expected, found: `absent: ${expected.because}` });
    else if (isAlone(cell, expected, launch.runtime)) batches.push([cell]);
    else {
      const open = batches.find((batch) => batch.length < BATCH && mayShare(batch[0]!, cell, launch.runtime));
      if (open === undefined) batches.push([cell]);
      else open.push(cell);
    }
  }
  const next = batches.values();
  await Promise.all(Array.from({ length: launch.jobs }, async () => {
    for (const batch of next) for (const verdict of await playBatch(batch, launch)) tell(verdict);
  }));
  return verdicts;
}

/** Whether a cell needs a program of its own: a thread that cannot be ended burns a core until its program ends. */
function isAlone(cell: Cell, expected: Expectation, runtime: Runtime): boolean {
  return expected.kind === "program" || cell.fault === "memory" || isAbandoned(cell, runtime) === true;
}

function mayShare(first: Cell, cell: Cell, runtime: Runtime): boolean {
  return first.context === cell.context && !isAlone(first, expectationOf(first, runtime), runtime);
}

async function playBatch(batch: readonly Cell[], launch: Launch): Promise<Verdict[]> {
  const folder = mkdtempSync(join(tmpdir(), "manyhands-faults-"));
  try {
    const run = await runProgram(batch, launch, folder);
    const verdicts = batch.map((cell) => verdictOf(cell, launch.runtime, run));
    const problem = problemOfAll(batch, run, launch.runtime);
    if (problem === undefined) return verdicts;
    return verdicts.map((verdict, i) => i > 0 || verdict.problem !== undefined ? verdict : { ...verdict, problem });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What a program did. */
interface Run {
  readonly lines: readonly Line[];
  /** How it ended: `code 0`, `signal SIGKILL`, `blocks`, `hangs`. */
  readonly end: string;
  readonly errors: string;
  readonly files: readonly string[];
  /** Processes that it left when it ended by itself. */
  readonly left: number;
  /** The faults that came in its cells. */
  readonly arrivals: readonly Arrival[];
}

function runProgram(batch: readonly Cell[], launch: Launch, folder: string): Promise<Run> {
  const [temporary, marks] = [join(folder, "tmp"), join(folder, "marks")];
  mkdirSync(temporary);
  mkdirSync(marks);
  const needsHeap = batch[0]!.fault === "memory";
  const path = fileURLToPath(new URL("./program.ts", import.meta.url));
  const own = launch.runtime === "deno"
    ? ["run", "-A", "--no-check"]
    : needsHeap && launch.runtime === "node"
    ? [HEAP]
    : [];
  const env: NodeJS.ProcessEnv = { ...process.env, TMPDIR: temporary, MANYHANDS_FAULTS_FOLDER: marks, NO_COLOR: "1" };
  if (launch.isTame === true) env["MANYHANDS_FAULTS_TAME"] = "1";
  if (needsHeap) env["DENO_V8_FLAGS"] = HEAP;
  const child = spawn(launch.command, [...own, path, ...batch.map(cellName)], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const expected = expectationOf(batch[0]!, launch.runtime);
  const mayBlock = expected.kind === "program" && expected.ends.includes("blocks");
  return new Promise((resolve) => {
    const lines: Line[] = [];
    let [rest, errors, forced] = ["", "", ""];
    let left: Promise<number> = Promise.resolve(0);
    const stop = (how: string): void => {
      forced ||= how;
      killGroup(child.pid);
    };
    const hang = (): void => {
      errors += `\nWaiting for ${lines.findLast((line) => line.waits !== undefined)?.waits}: ${
        stateOfGroup(child.pid)
      }`;
      stop("hangs");
    };
    let silence = setTimeout(hang, SILENCE_MS);
    const blocked = setInterval(() => {
      if (!mayBlock || arrivalsBelow(marks).length === 0) return;
      clearInterval(blocked);
      setTimeout(() => lines.some((line) => line.name !== undefined) || stop("blocks"), BLOCKED_MS);
    }, 50);
    child.stdout!.on("data", (chunk) => {
      clearTimeout(silence);
      silence = setTimeout(hang, SILENCE_MS);
      const parts = (rest + String(chunk)).split("\n");
      rest = parts.pop()!;
      for (const part of parts) {
        if (part.startsWith(MARK)) lines.push(JSON.parse(part.slice(MARK.length)) as Line);
      }
    });
    child.stderr!.on("data", (chunk) => errors = (errors + String(chunk)).slice(-4000));
    child.on("exit", () => {
      if (forced === "") left = untilNone(() => groupOf(child.pid).length);
      void left.then(() => killGroup(child.pid));
    });
    child.on("close", async (code, signal) => {
      clearTimeout(silence);
      clearInterval(blocked);
      const processes = await left;
      const end = forced || (signal === null ? endOf(code!) : `signal ${signal}`);
      // Whom the system kills cannot clean up; the next program does.
      if (end.startsWith("signal")) await runNext(launch, temporary);
      resolve({ lines, end, errors, files: readdirSync(temporary), left: processes, arrivals: arrivalsBelow(marks) });
    });
  });
}

/** Runs another program where one has left its temporary files, as if some minutes later. */
async function runNext({ runtime, command }: Launch, folder: string): Promise<void> {
  const files = readdirSync(folder);
  if (files.length === 0) return;
  const then = new Date(Date.now() - LATER_MS);
  for (const file of files) utimesSync(join(folder, file), then, then);
  const path = fileURLToPath(new URL("./next_program.ts", import.meta.url));
  const flags = runtime === "deno" ? ["run", "-A", "--no-check"] : [];
  const child = spawn(command, [...flags, path], { env: { ...process.env, TMPDIR: folder }, stdio: "ignore" });
  await new Promise((resolve) => child.on("close", resolve));
}

/** A shell's way to tell of a signal, which runtimes that are scripts pass on. */
function endOf(code: number): string {
  const signals: Readonly<Record<number, string>> = { 133: "signal SIGTRAP", 134: "signal SIGABRT" };
  return signals[code] ?? `code ${code}`;
}

function killGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  } catch {
    // Nothing of it is left.
  }
}

function verdictOf(cell: Cell, runtime: Runtime, run: Run): Verdict {
  const expected = expectationOf(cell, runtime);
  const line = run.lines.find((one) => one.name === cellName(cell));
  const pid = run.lines.find((one) => one.pid !== undefined)?.pid ?? 0;
  if (expected.kind === "program") {
    const problem = arrivalProblem(cell, run.arrivals, pid) ?? endProblem(expected, run, line !== undefined);
    return { cell, expected, found: `program ${run.end}`, ...(problem === undefined ? {} : { problem }) };
  }
  if (line === undefined) {
    const hasStarted = run.lines.some((one) => one.begins === cellName(cell));
    const problem = `${
      hasStarted ? "did not come to an end" : "was not reached"
    }; the program: ${run.end}; ${run.errors}`;
    return { cell, expected, found: "nothing", problem };
  }
  if ("problem" in line) return { cell, expected, found: "nothing", problem: line.problem };
  const problem = expected.kind === "heard"
    ? arrivalProblem(cell, line.arrivals, pid) ?? problemOf(line, expected, cell, runtime)
    : undefined;
  const found = line.finding.heard + (line.finding.abandoned > 0 || line.told === true ? ", abandoned" : "");
  return { cell, expected, found, took: line.took ?? 0, ...(problem === undefined ? {} : { problem }) };
}

/** What is wrong with the end of a program that its cell is to end. */
function endProblem(
  { ends }: Extract<Expectation, { kind: "program" }>,
  { end, errors }: Run,
  hasSurvived: boolean,
): string | undefined {
  if (!ends.includes(end)) return `the program: ${end}; ${errors}`;
  // By itself, with its last cell. On Bun a program goes on for a while after an unhandled rejection.
  if (hasSurvived && ends.every((one) => one === "code 0")) return "the program went on to its own end";
  return undefined;
}

function problemOf(
  line: Extract<Line, { finding: unknown }>,
  expected: Extract<Expectation, { kind: "heard" }>,
  cell: Cell,
  runtime: Runtime,
): string | undefined {
  const { heard, next, abandoned } = line.finding;
  if (!expected.heard.includes(heard)) return `heard ${heard}, expected ${expected.heard.join(" or ")}`;
  if (next !== "answers") return `the next call: ${next}`;
  if (line.children !== 0) return `${line.children} processes are left`;
  if (line.told !== true && line.workers?.length !== 0) return `threads are left: ${line.workers?.join(", ")}`;
  if (expected.abandoned === "either") return undefined;
  if (abandoned !== (expected.abandoned ? 1 : 0)) return `${abandoned} workers were given up on ${runtime}`;
  if (line.told !== expected.abandoned) return `a warning ${line.told ? "came" : "did not come"} (${cell.context})`;
  return undefined;
}

/** What is wrong with a program as a whole. */
function problemOfAll(batch: readonly Cell[], run: Run, runtime: Runtime): string | undefined {
  const expected = expectationOf(batch[0]!, runtime);
  if (run.left > 0) return `${run.left} processes are left after the program`;
  if (run.files.length > 0) return `temporary files are left: ${run.files.join(", ")}`;
  if (expected.kind === "program") return undefined;
  const grown = run.lines.find((line) => line.ended === true)?.grown;
  if (grown !== undefined && grown > 0) return `${grown} threads are left`;
  // What a thread still does that was given up may hold its program, on Bun.
  if (run.end !== "code 0" && grown !== undefined) {
    return `the program did not end by itself: ${run.end}; ${run.errors}`;
  }
  return undefined;
}
