import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import process from "node:process";
import { describe, test } from "node:test";
import { gunzipSync, gzipSync, zstdCompressSync } from "node:zlib";
import { inTemporaryFolder, type TemporaryFolder } from "../text/temporary_folder.ts";
import { type CommandEnd, commandLine, endOf, runCommand, startCommand } from "./run_command.ts";

const timeout = 120_000;
/** How many times the command is killed; the long form is 30. */
const KILLS = Number(process.env["MANYHANDS_KILLS"] ?? 5);
const RESUMABLE = /what is done is kept: go on with the same command and --resume\n$/;

/** Text of about so many bytes; its letters keep their lengths unless they are to grow. */
function text(bytes: number, grows: boolean): string {
  const line = `Τὸ ΠΝΕΥΜΑ ΤΗΣ ΠΟΛΕΩΣ. ${grows ? "İSTANBUL " : ""}Straße ÄRGER Привет МИР 中文 😀 STOP\n`;
  return line.repeat(Math.ceil(bytes / new TextEncoder().encode(line).length));
}

/** A folder of one of each: growing and not, compressed, many chunks and few, empty. */
function writeInputs(folder: TemporaryFolder): void {
  folder.write("in/grows.txt", text(3_000_000, true));
  folder.write("in/keeps.txt", text(6_000_000, false));
  folder.write("in/packed.txt.gz", gzipSync(text(4_000_000, true), { level: 1 }));
  folder.write("in/framed.txt.zst", zstdCompressSync(text(4_000_000, false)));
  folder.write("in/empty", "");
  for (let index = 0; index < 200; index++) folder.write(`in/small/${index}`, text(index * 20, index % 2 === 0));
}

function outputs(folder: TemporaryFolder, output: string): Map<string, string> {
  const names = folder.files().filter((name) => name.startsWith(`${output}/`) && !name.includes("/."));
  return new Map(names.map((name) => [name.slice(output.length), fs.readFileSync(folder.at(name), "latin1")]));
}

/** What the run left beside its outputs, and under other names than theirs. */
function hidden(folder: TemporaryFolder): string[] {
  return folder.files().filter((name) => /(^|\/)\./.test(name));
}

function lower(folder: TemporaryFolder, output: string, ...flags: string[]): string[] {
  return ["lower", folder.at("in"), "-o", folder.at(output), "--chunk-size", "64K", "--compress", "gzip", ...flags];
}

/** Resolves when progress is recorded in the journal, or there is nothing to wait for any more. */
function progressAppears(journal: string, ended: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const finish = (): void => {
      clearInterval(timer);
      resolve();
    };
    const timer = setInterval(() => {
      if (fs.existsSync(journal) && fs.readFileSync(journal, "utf8").includes('{"note":')) finish();
    }, 5);
    void ended.then(finish);
  });
}

describe("manyhands lower --resume", () => {
  test(
    `killed ${KILLS} times at random moments: what has its name is right, and in the end everything is the same`,
    { timeout: timeout + KILLS * 20_000 },
    () =>
      inTemporaryFolder(async (folder) => {
        writeInputs(folder);
        const began = performance.now();
        assert.equal((await runCommand(lower(folder, "expected"))).code, 0);
        const duration = performance.now() - began;
        const expected = outputs(folder, "expected");
        let kills = 0;
        while (kills < KILLS) {
          const child = startCommand(lower(folder, "out", "--resume", "--quiet"));
          const end = endOf(child);
          const delay = Math.random() * duration;
          const timer = setTimeout(() => process.kill(child.pid!, "SIGKILL"), delay);
          const { code, stderr } = await end;
          clearTimeout(timer);
          assert.equal(stderr, "", `after ${kills} kills`);
          for (const [name, content] of outputs(folder, "out")) {
            assert.ok(content === expected.get(name), `${name} is whole, killed ${kills + 1} times, at ${delay} ms`);
          }
          if (code !== 0) kills++;
          else fs.rmSync(folder.at("out"), { recursive: true });
        }
        const { code, stderr } = await runCommand(lower(folder, "out", "--resume", "--quiet"));
        assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
        const found = outputs(folder, "out");
        assert.deepEqual([...found.keys()], [...expected.keys()]);
        for (const [name, content] of found) assert.ok(content === expected.get(name), name);
        assert.deepEqual(hidden(folder), []);
      }),
  );

  for (
    const [signal, expected] of [
      ["SIGKILL", { code: null, said: /^$/ }],
      ["SIGINT", { code: 130, said: RESUMABLE }],
    ] as const
  ) {
    test(
      `goes on where ${signal} ended it in the middle of a file`,
      { timeout },
      () =>
        inTemporaryFolder(async (folder) => {
          const args = ["lower", folder.at("in"), "-o", folder.at("out.gz"), "--chunk-size", "64K", "--workers", "1"];
          // On a fast machine a small file is done before the first record of progress.
          for (let bytes = 48_000_000, isDone = true; isDone; bytes *= 2) {
            folder.write("in", text(bytes, false));
            const child = startCommand([...args, "--resume", "--progress", "none"]);
            const end = endOf(child);
            await progressAppears(folder.at(".out.gz.manyhands-journal"), end);
            if (child.exitCode === null) process.kill(child.pid!, signal);
            const { code, stderr } = await end;
            isDone = code === 0;
            if (isDone) {
              fs.rmSync(folder.at("out.gz"));
              continue;
            }
            assert.equal(code, expected.code);
            assert.match(stderr, expected.said);
          }
          assert.equal(fs.existsSync(folder.at("out.gz")), false);
          const { code, stdout } = await runCommand([...args, "--resume", "--json", "--quiet"]);
          assert.equal(code, 0);
          const { bytesIn, bytesResumed } = JSON.parse(stdout);
          assert.equal(bytesIn, fs.statSync(folder.at("in")).size);
          assert.ok(bytesResumed > 0 && bytesResumed <= bytesIn, `${bytesResumed} bytes were done`);
          const found = gunzipSync(fs.readFileSync(folder.at("out.gz"))).toString();
          assert.ok(found === folder.read("in").toLowerCase());
          assert.deepEqual(hidden(folder), []);
        }),
    );
  }

  test(
    "goes on after a killed run whose parent never asked for its end",
    { timeout, skip: process.platform !== "linux" && "only Linux tells that a program has ended" },
    () =>
      inTemporaryFolder(async (folder) => {
        folder.write("in", text(48_000_000, false));
        const args = lower(folder, "out.gz", "--resume", "--progress", "none");
        const parent = spawn("sh", ["-c", '"$@" & echo $!; exec sleep 600', "sh", ...commandLine(args)]);
        try {
          const pid = Number(
            await new Promise<string>((resolve) => parent.stdout.once("data", (data) => resolve(`${data}`))),
          );
          const journal = folder.at(".out.gz.manyhands-journal");
          await progressAppears(journal, new Promise(() => {}));
          process.kill(pid, "SIGKILL");
          const state = (): string => fs.readFileSync(`/proc/${pid}/stat`, "utf8").replace(/.*\) /s, "");
          while (!/^Z (\S+ ){16}[01] /.test(state())) await new Promise((resolve) => setImmediate(resolve));
          const { code, stdout, stderr } = await runCommand([...args, "--json"]);
          assert.equal(stderr, "");
          assert.equal(code, 0);
          assert.ok(JSON.parse(stdout).bytesResumed > 0);
          assert.match(state(), /^Z/);
        } finally {
          parent.kill("SIGKILL");
        }
      }),
  );

  test("a full disk: exit code 1, named; with room again it goes on and ends right", { timeout }, async (context) => {
    const mounted = fs.mkdtempSync(`${os.tmpdir()}/manyhands-full-`);
    if (spawnSync("mount", ["-t", "tmpfs", "-o", "size=6m", "none", mounted]).status !== 0) {
      fs.rmdirSync(mounted);
      return context.skip("only root can mount a small file system");
    }
    try {
      await inTemporaryFolder(async (folder) => {
        for (const name of ["a", "b", "c"]) folder.write(`in/${name}`, text(4_000_000, name === "b"));
        const run = (...flags: string[]): Promise<CommandEnd> =>
          runCommand(["lower", folder.at("in"), "-o", `${mounted}/out`, "--chunk-size", "64K", "--resume", ...flags]);
        const full = await run();
        assert.equal(full.code, 1);
        assert.match(full.stderr, /Cannot write .*: no space left on the device/);
        execFileSync("mount", ["-o", "remount,size=64m", mounted]);
        const { code, stderr } = await run("--quiet");
        assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
        for (const name of ["a", "b", "c"]) {
          assert.ok(
            fs.readFileSync(`${mounted}/out/${name}`, "utf8") === folder.read(`in/${name}`).toLowerCase(),
            name,
          );
        }
        assert.deepEqual(fs.readdirSync(mounted), ["out"]);
        assert.deepEqual(fs.readdirSync(`${mounted}/out`).sort(), ["a", "b", "c"]);
      });
    } finally {
      execFileSync("umount", [mounted]);
      fs.rmdirSync(mounted);
    }
  });
});
