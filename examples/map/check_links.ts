/**
 * Calls an async function for each line of JSON: 16 calls at a time in each worker, two tries more for one that fails,
 * and what fails for good goes to a file of its own.
 *
 * `node examples/map/check_links.ts`; the same with `deno run -A` and `bun`. As a command:
 * `manyhands map examples/map/check_links.ts#checkLink links.ndjson --ndjson --concurrency 16 --retries 2 --timeout 5s
 * --on-error file --output checked.ndjson`
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isMainProcess, task } from "../../mod.ts";
import { mapText } from "../../src/text/mod.ts";

interface Link {
  readonly id: number;
  readonly host: string;
}

const tries = new Map<number, number>();

/** Stands for a request over a network: some take long, some work the second time, some never. */
export const checkLink: (link: Link) => Promise<unknown> = task(import.meta, async function checkLink({ id, host }) {
  await new Promise((resolve) => setTimeout(resolve, id % 5));
  const count = (tries.get(id) ?? 0) + 1;
  tries.set(id, count);
  if (id % 10 === 3 && count === 1) throw new Error(`${host} is busy`);
  if (id % 25 === 7) throw new Error(`${host} does not answer`);
  return { id, host, ok: true };
});

if (isMainProcess) {
  const folder = mkdtempSync(join(tmpdir(), "manyhands-links-"));
  try {
    const links = Array.from({ length: 100 }, (_, id) => JSON.stringify({ id, host: `host-${id}.example` }));
    writeFileSync(join(folder, "links.ndjson"), `${links.join("\n")}\n`);
    const { records, recordsFailed, errorsTo } = await mapText({
      input: join(folder, "links.ndjson"),
      output: join(folder, "checked.ndjson"),
      by: "ndjson",
      task: checkLink,
      concurrency: 16,
      retries: 2,
      timeout: 5000,
      onError: "file",
    });
    console.log(`${records} links, ${recordsFailed} do not answer`);
    const checked = readFileSync(join(folder, "checked.ndjson"), "utf8").trimEnd().split("\n");
    console.log(`${checked.length} are written, the first is ${checked[0]}`);
    for (const line of readFileSync(errorsTo!, "utf8").trimEnd().split("\n")) {
      const { number, error } = JSON.parse(line) as { number: number; error: { message: string } };
      console.log(`line ${number}: ${error.message}`);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}
