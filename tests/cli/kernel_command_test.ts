import assert from "node:assert/strict";
import * as fs from "node:fs";
import process from "node:process";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { inTemporaryFolder } from "../text/temporary_folder.ts";
import { endOf, inCommandFolder, runCommand, startCommand } from "./run_command.ts";

const timeout = 120_000;
const fixture = fileURLToPath(new URL("../text/fixtures/text_kernels.wasm", import.meta.url));
const example = fileURLToPath(new URL("../../examples/kernel/text.wasm", import.meta.url));

describe("manyhands kernel", () => {
  test(
    "runs a function over a folder, and over standard input",
    { timeout },
    () =>
      inCommandFolder(async (folder, run) => {
        const lines = "Hello, <many> & hands!\n".repeat(20_000);
        folder.write("in/many", lines);
        folder.write("in/deep/few", "Uryyb");
        const rotated = await run([
          "kernel",
          `${example}#rot13`,
          "in",
          "-o",
          "out",
          "--cut",
          "bytes",
          "-w",
          "2",
          "--progress",
          "none",
        ]);
        assert.match(rotated.stdout, /^Mapped 2 inputs: 449 KiB in, 449 KiB out in /);
        assert.deepEqual([rotated.code, rotated.stderr], [0, ""]);
        assert.equal(folder.read("out/many"), lines.replaceAll("Hello, <many> & hands", "Uryyb, <znal> & unaqf"));
        assert.equal(folder.read("out/deep/few"), "Hello");
        const escaped = await runCommand(
          ["kernel", `${example}#escape_html`, "-", "-o", "-", "--growth", "5", "--quiet"],
          lines,
        );
        assert.deepEqual([escaped.code, escaped.stderr], [0, ""]);
        assert.ok(escaped.stdout === lines.replaceAll("<many> &", "&lt;many&gt; &amp;"));
      }),
  );

  test(
    "a trap and a function that does not come back: named with input and range, exit code 1, and no output",
    { timeout },
    () =>
      inCommandFolder(async (folder, run) => {
        folder.write("in/a", "abc");
        folder.write("in/x", "abX");
        folder.write("in/y", `${"a".repeat(4096)}bY`);
        const args = [
          "kernel",
          `${fixture}#invert`,
          "-o",
          "out",
          "--chunk-size",
          "4K",
          "--quiet",
          "--timeout",
          "300ms",
        ];
        const trapped = await run([...args, "in/a", "in/x"]);
        assert.equal(trapped.code, 1);
        assert.match(trapped.stderr, /^manyhands: in.x, bytes 0 to 3: the kernel trapped: unreachable.*\n$/i);
        assert.deepEqual(folder.files().filter((name) => name.startsWith("out")), ["out/a"]);

        fs.rmSync(folder.at("out"), { recursive: true });
        const late = await run([...args, "in/a", "in/y", "--workers", "1"]);
        assert.equal(late.code, 1);
        assert.match(
          late.stderr,
          /manyhands: in.y, bytes 4096 to 4098: expected the kernel to come back within 300 ms, found it still at work\n$/,
        );
        assert.ok(folder.files().every((name) => name === "out/a" || !name.startsWith("out")), `${folder.files()}`);
      }),
  );

  test(
    "a signal stops a run whose function does not come back, and no output stays",
    { timeout },
    () =>
      inTemporaryFolder(async (folder) => {
        folder.write("in", "bY");
        const args = ["kernel", `${fixture}#invert`, "in", "-o", "out", "--timeout", "1h", "--progress", "none"];
        const child = startCommand(args, "pipe", folder.path);
        const end = endOf(child);
        // It has its draft when it is about to be called.
        await new Promise<void>((resolve) => {
          const timer = setInterval(() => {
            if (folder.files().length < 2) return;
            clearInterval(timer);
            resolve();
          }, 20);
          void end.then(() => clearInterval(timer));
        });
        // After child.kill Deno reports the signal as the end, whatever the exit code.
        process.kill(child.pid!, "SIGINT");
        const { code, stderr } = await end;
        assert.equal(code, 130);
        assert.match(stderr, /Stopped; incomplete outputs are removed\n$/);
        assert.deepEqual(folder.files(), ["in"]);
      }),
  );

  test(
    "what cannot be used is told before anything is written, with exit code 2",
    { timeout },
    () =>
      inCommandFolder(async (folder, run) => {
        folder.write("in", "abc");
        folder.write("no.wasm", "no");
        for (
          const [kernel, message] of [
            [`${fixture}#absent`, /exports no function "absent"/],
            [`${fixture}#three`, /expected three to take 2 or 4 parameters, found 3/],
            ["no.wasm#f", /Cannot use no.wasm#f: /],
            ["nowhere.wasm#f", /Cannot use nowhere.wasm#f: /],
          ] as const
        ) {
          const { code, stderr } = await run(["kernel", kernel, "in", "-o", "out"]);
          assert.equal(code, 2);
          assert.match(stderr, message);
        }
        assert.deepEqual(folder.files(), ["in", "no.wasm"]);
      }),
  );
});
