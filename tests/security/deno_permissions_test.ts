import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import process from "node:process";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { inTemporaryFolder } from "../text/temporary_folder.ts";

const timeout = 120_000;
const skip = "Deno" in globalThis ? false : "only Deno has permissions";

const root = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");
const program = fileURLToPath(new URL("./fixtures/permission_program.ts", import.meta.url));
const command = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));

interface Ended {
  readonly stdout: string;
  readonly output: string;
  readonly status: number | null;
}

function runWith(flags: readonly string[], ...args: string[]): Ended {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    // Deno gives a Deno that it starts without a permission all of them, so it gets one that nothing needs.
    ["run", "--quiet", "--no-check", "--no-prompt", "--allow-sys=hostname", ...flags, ...args],
    { encoding: "utf8", timeout: 60_000, killSignal: "SIGKILL" },
  );
  return { stdout, output: stdout + stderr, status };
}

/** What each needs, and how it fails without; the same list is in docs/security.md. */
const needs: readonly {
  readonly what: string;
  readonly flags: readonly (readonly [flag: string, without: RegExp])[];
}[] = [
  { what: "worker", flags: [[`--allow-read=${root}`, /^NotCapable .*read access to .*worker_main\.ts/]] },
  {
    what: "process",
    flags: [
      [`--allow-read=${root}`, /^ManyhandsError ERR_WORKER_START: /m],
      [`--allow-run=${process.execPath}`, /^UnsupportedError ERR_UNSUPPORTED: .*expected .*--allow-run=/],
      ["--allow-env", /^NotCapable .*env access/],
    ],
  },
  {
    what: "manager",
    flags: [
      [`--allow-read=${root},${tmpdir()}`, /^NotCapable .*read access/],
      [`--allow-write=${tmpdir()}`, /^NotCapable .*write access/],
      ["--allow-env=TMPDIR,TMP,TEMP", /^NotCapable .*env access to "TMPDIR"/],
      ["--allow-net", /^ManyhandsError ERR_LISTEN: .*net access/],
    ],
  },
];

describe("The permissions of Deno that are needed", () => {
  for (const { what, flags } of needs) {
    test(`${what}: it runs with exactly these, and fails by a clear error without any one`, { timeout, skip }, () => {
      const all = flags.map(([flag]) => flag);
      assert.deepEqual(runWith(all, program, what), { stdout: "42\n", output: "42\n", status: 0 });
      for (const [flag, without] of flags) {
        const { output, status } = runWith(all.filter((other) => other !== flag), program, what);
        assert.match(output, without, `without ${flag}`);
        assert.equal(status, 0, `without ${flag}: ${output}`);
      }
    });
  }

  test(
    "manyhands lower: it reads itself and the input, and writes the output",
    { timeout, skip },
    () =>
      inTemporaryFolder((folder) => {
        const input = folder.write("in/A.txt", "TEXT");
        const args = [command, "lower", input, "--output", folder.at("out/A.txt")];
        const [read, write] = [`--allow-read=${root},${folder.path}`, `--allow-write=${folder.at("out")}`];
        assert.equal(runWith([read, write], ...args).status, 0);
        assert.equal(folder.read("out/A.txt"), "text");
        for (const flags of [[write], [`--allow-read=${root}`, write], [read], []]) {
          const { output, status } = runWith(flags, ...args);
          assert.match(output, /manyhands: .*Requires (?:read|write) access to/, flags.join(" "));
          assert.equal(status, 1, flags.join(" "));
        }
      }),
  );
});
