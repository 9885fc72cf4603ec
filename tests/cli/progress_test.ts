import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import process from "node:process";
import { describe, test } from "node:test";
import { inTemporaryFolder } from "../text/temporary_folder.ts";
import { commandLine, endOf, runCommand } from "./run_command.ts";

const timeout = 60_000;
const hasScript = process.platform === "linux" && spawnSync("script", ["--version"]).status === 0;

describe("progress", () => {
  test("--progress json writes events for other programs", { timeout }, () =>
    inTemporaryFolder(async (folder) => {
      folder.write("in/a", "A".repeat(100_000));
      folder.write("in/b", Uint8Array.of(0xff));
      const args = ["lower", "in", "-o", "out", "--progress", "json", "--invalid", "error", "--chunk-size", "4K"];
      const { code, stderr } = await runCommand(args, "", folder.path);
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

  test("draws a bar and a row for each worker on a terminal, and takes them away", {
    timeout,
    skip: hasScript ? false : "there is no script(1) to make a pseudo-terminal",
  }, () =>
    inTemporaryFolder(async (folder) => {
      const input = folder.write("in.txt", "TEXT ".repeat(200_000));
      const [command, ...args] = commandLine(["lower", input, "-o", folder.at("out"), "-v", "--chunk-size", "16K"]);
      const line = [command, ...args].map((word) => `'${word}'`).join(" ");
      const child = spawn("script", ["-qec", line, folder.at("screen")], { stdio: ["ignore", "pipe", "pipe"] });
      const { code } = await endOf(child);
      assert.equal(code, 0);
      const screen = fs.readFileSync(folder.at("screen"), "utf8");
      assert.match(screen, /\d+% [█░]+ {2}[\d.]+ \w+ of 977 KiB, [\d.]+ [KMG]?i?B\/s now, /);
      assert.match(screen, /text-worker-1: /);
      assert.match(screen, /Lower-cased 1 input: 977 KiB in/);
      assert.ok(screen.lastIndexOf("text-worker-1") < screen.lastIndexOf("Lower-cased"), "the report comes last");
    }));
});
