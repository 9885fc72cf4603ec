import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { readCommandLine } from "../../src/cli/command_line.ts";

const timeout = 10_000;

function usageError(...args: string[]): string {
  const result = readCommandLine(args);
  assert.equal(result.command, "usage-error", `${args.join(" ")} is refused`);
  return (result as { message: string }).message;
}

describe("readCommandLine", () => {
  test("reads lower with its defaults", { timeout }, () => {
    assert.deepEqual(readCommandLine(["lower", "a", "b", "--output", "c"]), {
      command: "lower",
      inputs: ["a", "b"],
      output: "c",
      workers: undefined,
      chunkBytes: undefined,
      ordered: true,
      concat: false,
      invalid: "pass",
      decompress: "auto",
      compress: "auto",
      resume: false,
      progress: "auto",
      verbose: false,
      quiet: false,
      json: false,
    });
  });

  test("reads every flag of lower", { timeout }, () => {
    const flags =
      "-o - -w 3 --chunk-size 64K --unordered --concat --invalid replace --decompress gzip --compress none --progress lines -v --quiet --json"
        .split(
          " ",
        );
    assert.deepEqual(readCommandLine(["lower", ...flags, "-"]), {
      command: "lower",
      inputs: ["-"],
      output: "-",
      workers: 3,
      chunkBytes: 65_536,
      ordered: false,
      concat: true,
      invalid: "replace",
      decompress: "gzip",
      compress: "none",
      resume: false,
      progress: "lines",
      verbose: true,
      quiet: true,
      json: true,
    });
  });

  test("reads kernel with its defaults and every flag of its own", { timeout }, () => {
    const defaults = readCommandLine(["kernel", "a#b.wasm#c", "in", "--output", "out"]);
    assert.deepEqual(defaults, {
      command: "kernel",
      module: "a#b.wasm",
      export: "c",
      cut: "characters",
      growth: 1,
      timeout: undefined,
      inputs: ["in"],
      output: "out",
      workers: undefined,
      chunkBytes: undefined,
      ordered: true,
      concat: false,
      decompress: "auto",
      compress: "auto",
      resume: false,
      progress: "auto",
      verbose: false,
      quiet: false,
      json: false,
    });
    const flags = "-w 3 --chunk-size 64K --unordered --concat --cut lines --growth 2.5 --timeout 5s".split(" ");
    assert.deepEqual(readCommandLine(["kernel", "a#b.wasm#c", "in", "--output", "out", ...flags]), {
      ...defaults,
      workers: 3,
      chunkBytes: 65_536,
      ordered: false,
      concat: true,
      cut: "lines",
      growth: 2.5,
      timeout: 5000,
    });
  });

  test("refuses kernel without a function, and what its flags cannot be", { timeout }, () => {
    for (const named of ["text.wasm", "text.wasm#", "#run"]) {
      assert.match(usageError("kernel", named, "in", "-o", "out"), /expected the path of a WASM and #EXPORT, such as/);
    }
    assert.match(usageError("kernel"), /there is no kernel/);
    assert.match(usageError("kernel", "a#b", "in", "-o", "out", "--growth", "65"), /above 0 and up to 64/);
    assert.match(usageError("kernel", "a#b", "in", "-o", "out", "--growth", "0"), /above 0 and up to 64/);
    assert.match(usageError("kernel", "a#b", "in", "-o", "out", "--cut", "words"), /bytes, characters, lines/);
    assert.match(usageError("kernel", "a#b", "in", "-o", "out", "--resume", "--concat"), /--resume needs an output/);
  });

  test("refuses lower without an input or an output, saying what is expected", { timeout }, () => {
    assert.match(usageError("lower", "--output", "x"), /there is no input: expected paths of files or folders, or - /);
    assert.match(usageError("lower", "", "--output", "x"), /an input is empty/);
    assert.match(usageError("lower", "a"), /there is no output: expected --output PATH/);
    assert.match(usageError("lower", "a", "--output"), /argument missing/);
  });

  test("reads --resume, which needs files", { timeout }, () => {
    const read = readCommandLine(["lower", "a", "-o", "b", "--resume"]);
    assert.equal(read.command === "lower" && read.resume, true);
    assert.match(usageError("lower", "-", "-o", "b", "--resume"), /--resume needs files/);
    assert.match(usageError("lower", "a", "-o", "-", "--resume"), /--resume needs files/);
    assert.match(usageError("lower", "a", "-o", "b", "--resume", "--concat"), /--resume needs an output file for each/);
    assert.match(usageError("map", "f", "a", "-o", "b", "--resume", "--concat"), /--resume needs an output file/);
  });

  for (const workers of ["0", "-1", "abc", "1.5", "", "1025"]) {
    test(`refuses ${JSON.stringify(workers)} workers`, { timeout }, () => {
      const message = usageError("lower", "a", "-o", "b", "--workers", workers);
      assert.match(message, /--workers <N>/);
      assert.ok(message.includes(`'${workers}'`), message);
      assert.match(message, /Expected a whole number from 1 to 1024/);
    });
  }

  for (const size of ["0", "1000", "1G", "x"]) {
    test(`refuses a chunk size of ${size}`, { timeout }, () => {
      assert.match(
        usageError("lower", "a", "-o", "b", "--chunk-size", size),
        /--chunk-size <SIZE>.* argument '\w+' is invalid. Expected a multiple of 4096 bytes up to 256M/,
      );
    });
  }

  test("refuses an unknown way to treat invalid bytes, naming the known ones", { timeout }, () => {
    assert.match(usageError("lower", "a", "-o", "b", "--invalid", "drop"), /'drop' is invalid.*pass, error, replace/);
  });

  test("names the nearest flag or command to an unknown one", { timeout }, () => {
    assert.match(usageError("lower", "a", "--ouput", "b"), /unknown option '--ouput'\n\(Did you mean --output\?\)/);
    assert.match(usageError("lowr", "a"), /unknown command 'lowr'\n\(Did you mean lower\?\)/);
  });

  test("shows how to use it where nothing is asked", { timeout }, () => {
    assert.match(usageError(), /Usage: manyhands/);
  });

  test("shows the help of a command with its examples and exit codes", { timeout }, () => {
    const help = readCommandLine(["lower", "--help"]);
    assert.equal(help.command, "print");
    assert.match(
      (help as { text: string }).text,
      /Usage: manyhands lower \[options\] \[INPUT\.\.\.\][^]*Exit codes: 0 done/,
    );
  });

  test("shows the version, which the package's manifests have", { timeout }, () => {
    for (const manifest of ["package.json", "deno.json"]) {
      const { version } = JSON.parse(readFileSync(new URL(`../../${manifest}`, import.meta.url), "utf8"));
      assert.deepEqual(readCommandLine(["--version"]), { command: "print", text: version }, manifest);
      assert.deepEqual(readCommandLine(["-V"]), { command: "print", text: version });
    }
  });

  test("reads doctor", { timeout }, () => {
    assert.deepEqual(readCommandLine(["doctor"]), { command: "doctor" });
    assert.match(usageError("doctor", "--loud"), /unknown option '--loud'/);
  });
});
