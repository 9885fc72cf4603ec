import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import process from "node:process";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const program = fileURLToPath(new URL("./fixtures/module_tasks_program.ts", import.meta.url));
const FLAG = "--disallow-code-generation-from-strings";

function command(): string[] {
  if ("Deno" in globalThis) return ["run", "--quiet", "--no-check", "-A", `--v8-flags=${FLAG}`, program];
  return [FLAG, program];
}

describe("Without code made of text, as under a Content-Security-Policy", () => {
  test(
    "Tasks of modules run in every context; one by its source text is refused, saying why",
    { timeout: 120_000 },
    async () => {
      const { stdout } = await run(process.execPath, command(), { timeout: 100_000, killSignal: "SIGKILL" });
      const lines = stdout.trimEnd().split("\n");
      const refused = /^TaskLoadError ERR_TASK_LOAD: Cannot send the task by its source text: .* task\(import\.meta/;
      assert.deepEqual(lines.filter((line) => !refused.test(line)), [
        "worker 1500",
        "process 1500",
        "inline 1500",
        "manager n",
      ]);
      assert.equal(lines.length, 8);
    },
  );
});
