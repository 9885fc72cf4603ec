import { nominalChunk } from "./chunk_plan.ts";
import type { InputFile } from "./input_file.ts";
import { oddQuotes } from "./map_tasks.ts";
import { resultOf, type TaskRunner } from "./task_runner.ts";

/** How the quotes of a file are counted. */
export interface QuoteCount {
  readonly runner: TaskRunner;
  readonly chunkBytes: number;
  /** Ranges in which quotes are counted at a time. */
  readonly atATime: number;
  readonly isStopped: () => boolean;
}

/** For each range of a CSV file, and at last for its end, 1 where an odd number of quotes is before it. */
export async function quoteStates(file: InputFile, count: QuoteCount): Promise<Uint8Array> {
  const { runner, chunkBytes, atATime, isStopped } = count;
  const { path, size } = file;
  const ranges = Math.ceil(size / chunkBytes);
  const states = new Uint8Array(ranges + 1);
  let next = 0;
  const line = async (): Promise<void> => {
    while (next < ranges && !isStopped()) {
      const index = next++;
      const chunk = nominalChunk(index, size, chunkBytes);
      states[index + 1] = resultOf(await runner.apply(oddQuotes, [file, chunk]), path, path) ? 1 : 0;
    }
  };
  await Promise.all(Array.from({ length: atATime }, line));
  for (let index = 1; index <= ranges; index++) states[index]! ^= states[index - 1]!;
  return states;
}
