import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Worker } from "node:worker_threads";
import { programs } from "./fixtures/interleaving_worker.ts";

const worker = new Worker(new URL("./fixtures/interleaving_worker.ts", import.meta.url), {
  workerData: "interleavings",
});
worker.unref();
const failed = new Promise<never>((_, reject) => worker.once("error", reject));
failed.catch(() => {});
after(async () => void await worker.terminate());

function run(title: string): Promise<string> {
  const answered = new Promise<string>((resolve) => worker.once("message", resolve));
  worker.postMessage(title);
  return Promise.race([answered, failed]);
}

for (const title of programs.keys()) {
  test(title, { timeout: 120_000 }, async () => assert.equal(await run(title), ""));
}
