/**
 * Counts the words of a corpus of any size: workers count chunk by chunk, the main thread merges what they found.
 *
 * `node examples/map/count_words.ts [FOLDER]`; the same with `deno run -A` and `bun`.
 */
import process from "node:process";
import { fileURLToPath } from "node:url";
import { isMainProcess, task } from "../../mod.ts";
import { mapRecords } from "../../src/text/mod.ts";

type Counts = Record<string, number>;

const countWords = task(import.meta, function countWords(chunk: string): Counts {
  const counts: Counts = Object.create(null);
  for (const [word] of chunk.toLowerCase().matchAll(/\p{L}[\p{L}\p{M}'’]*/gu)) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
});

if (isMainProcess) {
  const input = process.argv[2] ?? fileURLToPath(new URL("../corpus", import.meta.url));
  const total = new Map<string, number>();
  // The order does not matter for a sum.
  for await (const counts of mapRecords<Counts>({ input, by: "chunks", task: countWords, ordered: false })) {
    for (const [word, count] of Object.entries(counts)) total.set(word, (total.get(word) ?? 0) + count);
  }
  const sorted = [...total].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  for (const [word, count] of sorted.slice(0, 10)) console.log(`${String(count).padStart(6)} ${word}`);
  console.log(`${total.size} different words, ${[...total.values()].reduce((sum, count) => sum + count, 0)} in all`);
}
