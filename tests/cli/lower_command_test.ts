import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import process from "node:process";
import { describe, test } from "node:test";
import { inTemporaryFolder } from "../text/temporary_folder.ts";
import { commandLine, endOf, inCommandFolder, runCommand, startCommand } from "./run_command.ts";

const timeout = 60_000;

/** Text of `bytes` or a little more, with letters of several lengths. */
function sample(bytes: number): string {
  const line = "ΟΔΟΣ, İ Straße ÄRGER Привет МИР 中文 Many Hands\n";
  return line.repeat(Math.ceil(bytes / new TextEncoder().encode(line).length));
}

describe("manyhands lower", () => {
  test("lower-cases standard input to standard output; the report goes to standard error", { timeout }, async () => {
    const text = sample(200_000);
    const { code, stdout, stderr } = await runCommand(["lower", "-", "--output", "-", "--chunk-size", "16K"], text);
    assert.equal(stdout, text.toLowerCase());
    assert.match(stderr, /^Lower-cased 1 input: .* 2?\d workers?\)\n$/);
    assert.equal(code, 0);
  });

  test(
    "mirrors a folder and reports as JSON on standard output",
    { timeout },
    () =>
      inCommandFolder(async (folder, run) => {
        folder.write("in/a.txt", "ΟΔΟΣ");
        folder.write("in/deep/b.txt", sample(100_000));
        folder.write("in/empty", "");
        const { code, stdout, stderr } = await run(["lower", "in", "--output", "out", "--json", "--progress", "none"]);
        const report = JSON.parse(stdout);
        assert.equal(report.files, 3);
        assert.deepEqual(report.failed, []);
        assert.equal(stderr, "");
        assert.equal(code, 0);
        assert.equal(folder.read("out/a.txt"), "οδος");
        assert.equal(folder.read("out/deep/b.txt"), sample(100_000).toLowerCase());
        assert.equal(folder.read("out/empty"), "");
      }),
  );

  test("--quiet says nothing but failures", { timeout }, () =>
    inCommandFolder(async (folder, run) => {
      folder.write("a", "A");
      assert.deepEqual(await run(["lower", "a", "-o", "b", "--quiet"]), {
        code: 0,
        stdout: "",
        stderr: "",
      });
      assert.deepEqual(await run(["lower", "c", "-o", "b", "--quiet"]), {
        code: 1,
        stdout: "",
        stderr: "manyhands: Cannot read c: there is no such file\n",
      });
    }));

  test(
    "a failing input is named, the others are done, the exit code is 1",
    { timeout },
    () =>
      inCommandFolder(async (folder, run) => {
        folder.write("good", "GOOD");
        folder.write("bad", Uint8Array.of(65, 66, 0xff));
        const args = ["lower", "bad", "missing", "good", "-o", "out", "--invalid", "error", "--json"];
        const { code, stdout, stderr } = await run(args);
        assert.equal(code, 1);
        assert.deepEqual(stderr.trimEnd().split("\n").sort(), [
          "manyhands: Cannot lower-case bad: Invalid UTF-8 at byte 2",
          "manyhands: Cannot read missing: there is no such file",
        ]);
        const report = JSON.parse(stdout);
        assert.equal(report.files, 1);
        assert.deepEqual(report.failed.map(({ path, code }: { path: string; code: string }) => [path, code]).sort(), [
          ["bad", "ERR_INVALID_UTF8"],
          ["missing", "ERR_INPUT_NOT_FOUND"],
        ]);
        assert.deepEqual(folder.files(), ["bad", "good", "out/good"]);
      }),
  );

  test("treats invalid UTF-8 as asked", { timeout }, () =>
    inCommandFolder(async (folder, run) => {
      folder.write("in", Uint8Array.of(65, 0xff, 66));
      await run(["lower", "in", "-o", "passed"]);
      assert.deepEqual([...fs.readFileSync(folder.at("passed"))], [97, 0xff, 98]);
      await run(["lower", "in", "-o", "replaced", "--invalid", "replace"]);
      assert.equal(folder.read("replaced"), "a\ufffdb");
    }));

  test(
    "an unreadable file is named with the reason",
    { timeout, skip: asRoot("root reads every file") },
    () =>
      inCommandFolder(async (folder, run) => {
        fs.chmodSync(folder.write("in", "A"), 0);
        const { code, stderr } = await run(["lower", "in", "-o", "out"]);
        assert.match(stderr, /Cannot read in: permission denied/);
        assert.equal(code, 1);
      }),
  );

  test("a file whose reading fails is named with the reason", {
    timeout,
    skip: fs.existsSync("/proc/self/mem") ? false : "there is no /proc",
  }, () =>
    inCommandFolder(async (_folder, run) => {
      const { code, stderr } = await run(["lower", "/proc/self/mem", "-o", "out"]);
      assert.match(stderr, /^manyhands: Cannot read \/proc\/self\/mem: input\/output error$/m);
      assert.equal(code, 1);
    }));

  test("names of every kind as arguments: what is no UTF-8 is named with exit code 1, the others are done", {
    timeout,
    skip: process.platform === "linux" ? false : "only Linux takes such names",
  }, () =>
    inTemporaryFolder((folder) => {
      folder.write("a b\n\u00c4", "A");
      const script =
        `cd "$1"; shift; bad=$(printf 'bad\\377'); printf B > "$bad"; "$@" "$bad" 'a b\n\u00c4' -o out --json`;
      const result = spawnSync("sh", ["-c", script, "sh", folder.path, ...commandLine(["lower"])], {
        encoding: "utf8",
      });
      assert.equal(result.stderr, "manyhands: Cannot read bad\ufffd: its name is not valid UTF-8\n");
      assert.equal(JSON.parse(result.stdout).files, 1);
      assert.equal(result.status, 1);
      assert.equal(folder.read("out/a b\n\u00c4"), "a");
    }));

  test("chunks that do not fit into memory are refused", { timeout }, () =>
    inCommandFolder(async (folder, run) => {
      const args = ["lower", "-", "-o", "out", "--chunk-size", "256M", "--workers", "40"];
      const { code, stderr } = await run(args, "A");
      assert.match(stderr, /^manyhands: .*memory/i);
      assert.equal(code, 1);
      assert.deepEqual(folder.files(), []);
    }));

  test(
    "an output that cannot be written is named with the reason",
    { timeout },
    () =>
      inCommandFolder(async (folder, run) => {
        folder.write("in", "A");
        const { code, stderr } = await run(["lower", "in", "-o", "/proc/manyhands/out"]);
        assert.match(stderr, /^manyhands: Cannot write \/proc\/manyhands\/out: there is no such file$/m);
        assert.equal(code, 1);
      }),
  );

  describe("wrong usage exits with 2", () => {
    const cases: [string, string[], RegExp][] = [
      ["no input", ["lower", "-o", "out"], /there is no input/],
      ["no output", ["lower", "in"], /there is no output/],
      ["the input as output", ["lower", "in/a", "-o", "in/a"], /The output in\/a is the input in\/a itself/],
      ["the input folder as output", ["lower", "in", "-o", "in"], /The output in is the input folder in itself/],
      [
        "an output inside the input",
        ["lower", "in", "-o", "in/out"],
        /The output in\/out lies inside the input folder in/,
      ],
      ["a file for a folder", ["lower", "in", "-o", "file"], /The output file is a file, but the input in is a folder/],
      [
        "a folder for a stream",
        ["lower", "-", "-o", "in"],
        /The output in is a folder, but standard input has no file/,
      ],
      ["no workers", ["lower", "in", "-o", "out", "--workers", "0"], /'0' is invalid. Expected a whole number/],
      [
        "an unknown flag",
        ["lower", "in", "-o", "out", "--worker", "2"],
        /unknown option '--worker'\n\(Did you mean --workers\?\)/,
      ],
      ["no command", [], /Usage: manyhands/],
    ];
    for (const [name, args, message] of cases) {
      test(name, { timeout }, () =>
        inCommandFolder(async (folder, run) => {
          folder.write("in/a", "A");
          folder.write("file", "");
          const { code, stdout, stderr } = await run(args);
          assert.match(stderr, message);
          assert.equal(stdout, "");
          assert.equal(code, 2);
          assert.deepEqual(folder.files(), ["file", "in/a"]);
        }));
    }
  });

  test("a reader that closes the output early is a success", { timeout }, () =>
    inTemporaryFolder(async (folder) => {
      const input = folder.write("in", sample(8_000_000));
      const child = startCommand(["lower", input, "-o", "-", "--chunk-size", "64K"]);
      const end = endOf(child);
      child.stdout!.once("data", () => child.stdout!.destroy());
      const { code, stderr } = await end;
      assert.equal(code, 0, stderr);
      assert.match(stderr, /^Lower-cased 0 inputs: /);
    }));

  test("reads a file that says it is empty and is not", {
    timeout,
    skip: fs.existsSync("/proc/filesystems") ? false : "there is no /proc",
  }, () =>
    inCommandFolder(async (folder, run) => {
      const { code } = await run(["lower", "/proc/filesystems", "-o", "out"]);
      assert.equal(folder.read("out"), fs.readFileSync("/proc/filesystems", "utf8").toLowerCase());
      assert.equal(code, 0);
    }));

  test("a full device and a full standard output are named", {
    timeout,
    skip: fs.existsSync("/dev/full") ? false : "there is no /dev/full",
  }, () =>
    inCommandFolder(async (folder, run) => {
      folder.write("in", "A");
      const device = await run(["lower", "in", "-o", "/dev/full"]);
      assert.match(device.stderr, /^manyhands: Cannot write \/dev\/full: no space left on the device$/m);
      assert.equal(device.code, 1);
      const full = fs.openSync("/dev/full", "w");
      const output = await endOf(startCommand(["lower", "in", "-o", "-"], ["ignore", full, "pipe"], folder.path));
      fs.closeSync(full);
      assert.match(output.stderr, /^manyhands: Cannot write standard output: no space left on the device$/m);
      assert.equal(output.code, 1);
    }));

  test(
    "goes on where an earlier reader left a file as standard input",
    { timeout },
    () =>
      inTemporaryFolder(async (folder) => {
        folder.write("in", "FIRST\nSECOND\n");
        const file = fs.openSync(folder.at("in"), "r");
        fs.readSync(file, new Uint8Array(6), 0, 6, null);
        const { stdout } = await endOf(startCommand(["lower", "-", "-o", "-"], [file, "pipe", "pipe"]));
        fs.closeSync(file);
        assert.equal(stdout, "second\n");
      }),
  );

  test("writes to a device in order", { timeout }, () =>
    inCommandFolder(async (folder, run) => {
      folder.write("in/a", "A");
      folder.write("in/b", sample(100_000));
      const { code } = await run(["lower", "in", "-o", "/dev/null", "--chunk-size", "16K"]);
      assert.equal(code, 0);
      assert.equal(fs.statSync("/dev/null").isCharacterDevice(), true, "the device is still there");
    }));

  test("a full disk is named, nothing incomplete stays, the others go on", {
    timeout,
    skip: asRoot() === false ? "mounting a small file system needs root" : false,
  }, () =>
    inCommandFolder(async (folder, run) => {
      folder.write("in/a", "SMALL");
      folder.write("in/large", sample(3_000_000));
      fs.mkdirSync(folder.at("disk"));
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", folder.at("disk")]);
      try {
        const args = ["lower", "in", "-o", "disk/out", "--chunk-size", "64K"];
        const { code, stderr } = await run(args);
        assert.match(stderr, /Cannot write .*disk\/out\/large: no space left on the device/);
        assert.equal(code, 1);
        assert.deepEqual(folder.files().filter((name) => name.startsWith("disk")), ["disk/out/a"]);
      } finally {
        execFileSync("umount", [folder.at("disk")]);
      }
    }));
});

/** The reason to skip a test as root, or false. */
function asRoot(reason = "root"): string | false {
  return process.getuid?.() === 0 ? reason : false;
}
