import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import process from "node:process";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { inTemporaryFolder } from "../text/temporary_folder.ts";
import { commandLine, endOf, inCommandFolder } from "./run_command.ts";
import { Screen } from "./screen.ts";

const timeout = 60_000;
const kernels = fileURLToPath(new URL("../text/fixtures/text_kernels.wasm", import.meta.url));
const hasScript = process.platform === "linux" && spawnSync("script", ["--version"]).status === 0;
const noTerminal = hasScript ? false : "there is no script(1) to make a pseudo-terminal";

describe("progress", () => {
  test("--progress json writes events for other programs", { timeout }, () =>
    inCommandFolder(async (folder, run) => {
      folder.write("in/a", "A".repeat(100_000));
      folder.write("in/b", Uint8Array.of(0xff));
      const args = ["lower", "in", "-o", "out", "--progress", "json", "--invalid", "error", "--chunk-size", "4K"];
      const { code, stderr } = await run(args);
      assert.equal(code, 1);
      const events = stderr.trimEnd().split("\n").map((line) => JSON.parse(line));
      assert.deepEqual(events.find(({ event }) => event === "failed"), {
        event: "failed",
        path: "in/b",
        code: "ERR_INVALID_UTF8",
        message: "Invalid UTF-8 at byte 0",
      });
      const last = events.at(-1);
      assert.equal(last.event, "progress");
      assert.equal(last.bytesTotal, 100_001);
      assert.equal(last.bytesIn, 100_000);
      assert.equal(last.files, 2);
      assert.deepEqual(
        last.workers.map(({ name }: { name: string }) => name),
        ["text-worker-1", "text-worker-2"].slice(0, last.workers.length),
      );
    }));

  for (const columns of [40, 120]) {
    test(`draws a bar and a row for each worker within ${columns} columns, and takes them away`, {
      timeout,
      skip: noTerminal,
    }, () =>
      inTemporaryFolder(async (folder) => {
        const input = folder.write("in.txt", "TEXT ".repeat(200_000));
        const args = ["lower", input, "missing", "-o", folder.at("out"), "-v", "--chunk-size", "16K"];
        const { code, screen } = await endOnTerminal(startOnTerminal(columns, args));
        assert.equal(code, 1);
        const drawn = screen.slice(0, screen.indexOf("Lower-cased")).split(/␛\[[?\d;]*[A-Za-z]|[\r\n]/);
        const rows = drawn.filter((line) => line !== "" && !line.startsWith("manyhands:"));
        assert.deepEqual(rows.filter((line) => line.length >= columns), []);
        assert.match(
          screen,
          columns === 40 ? /\d+% +[\d.]+ \w+ of 977 KiB, / : /\d+% [█░]+ {2}[\d.]+ \w+ of 977 KiB, /,
        );
        assert.match(screen, /text-worker-1: /);
        assert.match(screen, /manyhands: Cannot read missing: /);
        assert.match(screen, /␛\[0JLower-cased 1 input: 977 KiB in/);
        assertCursorIsBack(screen);
      }));
  }

  for (const isKernel of [true, false]) {
    test(
      `${
        isKernel ? "kernel" : "lower"
      }: a terminal that gets narrower, and wider again, shows rows that fit and nothing else`,
      {
        timeout,
        skip: noTerminal,
      },
      () =>
        inTemporaryFolder(async (folder) => {
          execFileSync("mkfifo", [folder.at("in")]);
          const missing = `missing/${"long-name/".repeat(14)}`;
          const work = isKernel ? ["kernel", `${kernels}#invert`] : ["lower"];
          const args = [
            ...work,
            missing,
            folder.at("in"),
            "-o",
            folder.at("out"),
            "-v",
            "-w",
            "2",
            "--chunk-size",
            "4K",
          ];
          const child = startOnTerminal(120, args, folder.at("resize"));
          const input = fs.createWriteStream(folder.at("in"));
          let seen = "";
          let told = (): void => {};
          child.stdout!.on("data", (bytes: Uint8Array) => {
            seen += String(bytes).replaceAll("\u001b", "␛");
            told();
          });
          const end = endOf(child);
          const shows = (found: () => boolean): Promise<void> =>
            new Promise((resolve, reject) => {
              told = () => found() && resolve();
              told();
              void end.then(() => reject(new Error(`It ended before that: ${seen}`)));
            });
          const screen = new Screen(120);
          let shown = 0;
          const show = (until: number): void => {
            screen.write(seen.slice(shown, until));
            shown = until;
          };
          input.write("LINE ".repeat(20_000));
          await shows(() => seen.includes("text-worker-2"));
          for (const columns of [30, 100]) {
            const before = seen.length;
            fs.writeFileSync(folder.at("resize.new"), String(columns));
            fs.renameSync(folder.at("resize.new"), folder.at("resize"));
            // It begins to draw anew by these, and draws three rows.
            const start = (): number => seen.slice(before).search(/(␛\[\d*A)*␛\[\d*A␛\[1G␛\[0J/) + before;
            await shows(() => start() >= before && (seen.slice(start()).match(/text-worker-2/g)?.length ?? 0) > 1);
            show(start());
            screen.resize(columns);
            const rows = seen.slice(shown).split(/␛\[[?\d;]*[A-Za-z]|[\r\n]/);
            assert.deepEqual(rows.filter((row) => row.length >= columns), []);
            show(seen.lastIndexOf("␛[2A"));
            const lines = screen.rows;
            const message = lines.slice(0, -3).join("");
            assert.match(message, /^manyhands: Cannot read missing\/(long-name\/)+: there is no such file$/);
            assert.deepEqual(lines.slice(-2).map((line) => line.slice(0, 15)), ["  text-worker-1", "  text-worker-2"]);
            assert.match(lines.at(-3)!, /^[\d.]+ KiB/);
          }
          input.end();
          const { code } = await end;
          assert.equal(code, 1);
          show(seen.length);
          assert.match(
            screen.rows.join(""),
            /^manyhands: Cannot read missing\/(long-name\/)+: there is no such file(Lower-cased|Mapped) 1 input: [^█]*$/,
          );
        }),
    );
  }

  test("two interrupts end a command whose function hangs, and give the cursor back", {
    timeout,
    skip: noTerminal,
  }, () =>
    inTemporaryFolder(async (folder) => {
      const module = folder.write(
        "hang.mjs",
        `export default (line) => {
           while (line === "hang");
           return line;
         };`,
      );
      const input = folder.write("in.txt", `${"line\n".repeat(100_000)}hang\n`);
      const args = ["map", module, input, "-o", folder.at("out"), "-v"];
      const child = startOnTerminal(80, args);
      let seen = "";
      child.stdout!.on("data", (bytes: Uint8Array) => {
        const isNew = !seen.includes("map-worker");
        seen += String(bytes);
        if (isNew && seen.includes("map-worker")) child.stdin!.write("\x03\x03");
      });
      const { code, screen } = await endOnTerminal(child);
      assert.equal(code, 130);
      assertCursorIsBack(screen);
    }));

  test(
    "draws nothing into a text that goes to the same terminal",
    { timeout, skip: noTerminal },
    () =>
      inTemporaryFolder(async (folder) => {
        const input = folder.write("in.txt", "TEXT\n");
        const { screen } = await endOnTerminal(startOnTerminal(80, ["lower", input, "-o", "-", "-v"]));
        assert.match(screen, /text\r\nLower-cased 1 input/);
        assert.doesNotMatch(screen, /text-worker|␛\[\?25l/);
      }),
  );
});

/**
 * Starts the command in a pseudo-terminal: what it shows is the output, and what is written to it is typed. It has other columns
 * once these are written to the file `resize`.
 */
function startOnTerminal(columns: number, args: readonly string[], resize?: string): ChildProcess {
  const line = commandLine(args).map((word) => `'${word}'`).join(" ");
  const resizing = resize === undefined ? "" : `(
    while kill -0 $$; do
      if [ -e '${resize}' ]; then stty -F /dev/tty cols "$(cat '${resize}')"; rm '${resize}'; fi
      sleep 0.02
    done
  ) 2>/dev/null &`;
  return spawn("script", ["-qec", `stty cols ${columns}; ${resizing}\nexec ${line}`, "/dev/null"]);
}

/** What was shown, with a visible sign for the escape character. */
async function endOnTerminal(child: ChildProcess): Promise<{ code: number | null; screen: string }> {
  const { code, stdout } = await endOf(child);
  return { code, screen: stdout.replaceAll("\u001b", "␛") };
}

function assertCursorIsBack(screen: string): void {
  assert.ok(screen.lastIndexOf("␛[?25h") > screen.lastIndexOf("␛[?25l"), "the cursor is shown again");
  assert.ok(screen.lastIndexOf("␛[?7h") > screen.lastIndexOf("␛[?7l"), "long lines are wrapped again");
}
