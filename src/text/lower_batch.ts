import type { StartedFiles } from "./batch_run.ts";
import type { BatchedFile, WrittenFile } from "./draft_file.ts";
import { failureError } from "./file_failure.ts";
import { lowerFiles } from "./file_tasks.ts";
import type { RunContext } from "./run_context.ts";

/** Hands small files to a worker that does them, each as a whole, as soon as a slot is free. */
export async function lowerBatch(
  { runner, slots, settings }: RunContext,
  files: readonly BatchedFile[],
): Promise<StartedFiles<WrittenFile>> {
  const slot = await slots.acquire();
  const results = runner.apply(lowerFiles, [files, slot, settings])
    .finally(() => slots.release(slot))
    .then((outcomes) =>
      outcomes.map((outcome, index) => {
        if ("done" in outcome) return outcome;
        const { path, target } = files[index]!;
        return { error: failureError(outcome.failure, path, target) };
      })
    );
  return { results };
}
