/**
 * Plays the cells that its arguments name, one after another, and prints a line of JSON for each. The program ends by
 * itself; what it leaves is looked for by `left_behind.ts` before that.
 * @module
 */
import process from "node:process";
import { writeSync } from "node:fs";
import { isMainProcess } from "../../mod.ts";
import { cellOf } from "./cell.ts";
import { childProcesses, threadCount, untilNone } from "./left_behind.ts";
import { play } from "./play.ts";

/** Begins each line that is for the driver. */
export const MARK = "@cell ";

/** Threads by which a runtime's own pools may grow. */
const SPARE_THREADS = 6;

function tell(line: object): void {
  writeSync(1, `${MARK}${JSON.stringify(line)}\n`);
}

if (isMainProcess) {
  let lingering = 0;
  process.on("warning", (warning) => {
    if ((warning as { code?: string }).code === "MANYHANDS_WORKER_LINGERS") lingering++;
  });
  const names = process.argv.slice(2);
  // As many as after the first cell, when the runtime has its own.
  let threads = 0;
  for (const name of names) {
    tell({ begins: name });
    const before = lingering;
    const played = await play(cellOf(name));
    await new Promise((resolve) => setTimeout(resolve, 0));
    const children = await untilNone(childProcesses);
    const told = lingering > before;
    tell({ name, ...played, told, children });
    if (threads === 0) threads = threadCount();
  }
  const grown = await untilNone(() => Math.max(0, threadCount() - threads - SPARE_THREADS));
  tell({ ended: true, grown });
}
