/**
 * A process that does nothing: from its start to the end of its join. Its target is sent by its source text, as a bare
 * worker's module imports nothing either.
 */
import { isMainProcess, Process } from "manyhands";
import { expectSame, printMedian } from "./passes.ts";

if (isMainProcess) {
  await printMedian("ms", 1, async () => {
    const process = new Process({ target: () => {} });
    process.start();
    await process.join();
    expectSame(process.exitCode, 0);
  }, 20);
}
