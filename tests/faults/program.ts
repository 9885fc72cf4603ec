/**
 * Plays the cells that its arguments name, one after another, and prints a line of JSON for each. The program ends by
 * itself; what it leaves is looked for by `left_behind.ts` before that.
 * @module
 */
import process from "node:process";
import { writeSync } from "node:fs";
import { isMainProcess } from "../../mod.ts";
import { cellOf } from "./cell.ts";
import { childProcesses, threadCount, untilNone, workerThreads } from "./left_behind.ts";
import { adoptProgram } from "./fixtures/marks.ts";
import { play } from "./play.ts";

/** Begins each line that is for the driver. */
export const MARK = "@cell ";

/** Threads by which a runtime's own pools may grow. */
const SPARE_THREADS = 6;

/** Milliseconds after which a program that has nothing to do any more should have ended. */
const LONG_END_MS = 30_000;

function tell(line: object): void {
  writeSync(1, `${MARK}${JSON.stringify(line)}\n`);
}

// Not awaited: on Bun an uncaught error does not end a program whose first module still waits at its top.
if (isMainProcess) void playAll(process.argv.slice(2));

async function playAll(names: readonly string[]): Promise<void> {
  adoptProgram();
  let lingering = 0;
  process.on("warning", (warning) => {
    if ((warning as { code?: string }).code === "MANYHANDS_WORKER_LINGERS") lingering++;
  });
  // As many as after the first cell, when the runtime has its own.
  let threads = 0;
  for (const name of names) {
    tell({ begins: name, pid: process.pid });
    const [before, since] = [lingering, performance.now()];
    const played = await play(cellOf(name), (waits) => tell({ waits }));
    await new Promise((resolve) => setTimeout(resolve, 0));
    const children = await untilNone(childProcesses);
    const told = lingering > before;
    // What is given up goes on.
    if (!told) await untilNone(() => workerThreads().length);
    tell({ name, ...played, told, children, workers: workerThreads(), took: Math.round(performance.now() - since) });
    if (threads === 0) threads = threadCount();
  }
  const grown = await untilNone(() => Math.max(0, threadCount() - threads - SPARE_THREADS));
  tell({ ended: true, grown });
  setTimeout(tellWhatHolds, LONG_END_MS).unref();
}

/** For the report where the program does not end by itself. */
function tellWhatHolds(): void {
  const { getActiveResourcesInfo } = process as { getActiveResourcesInfo?(): string[] };
  console.error(`Still there: ${getActiveResourcesInfo?.().join(", ") ?? "this runtime does not tell what"}`);
}
