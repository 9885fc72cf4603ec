/** A process that does nothing: from its start to the end of its join. */
import { isMainProcess, Process, task } from "../../mod.ts";
import { expectSame, printMedian } from "./passes.ts";

const nothing = task(import.meta, function nothing(): void {});

if (isMainProcess) {
  await printMedian("ms", 1, async () => {
    const process = new Process({ target: nothing });
    process.start();
    await process.join();
    expectSame(process.exitCode, 0);
  }, 20);
}
