import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import process from "node:process";
import { describe, test } from "node:test";
import { inTemporaryFolder } from "../text/temporary_folder.ts";
import { commandLine, endOf, inCommandFolder } from "./run_command.ts";

const timeout = 60_000;
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

/** Starts the command in a pseudo-terminal: what it shows is the output, and what is written to it is typed. */
function startOnTerminal(columns: number, args: readonly string[]): ChildProcess {
  const line = commandLine(args).map((word) => `'${word}'`).join(" ");
  return spawn("script", ["-qec", `stty cols ${columns}; exec ${line}`, "/dev/null"]);
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
