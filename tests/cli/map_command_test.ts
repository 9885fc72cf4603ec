import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readCommandLine } from "../../src/cli/command_line.ts";
import type { MapArguments } from "../../src/cli/map_arguments.ts";
import type { TemporaryFolder } from "../text/temporary_folder.ts";
import { inCommandFolder } from "./run_command.ts";

const timeout = 60_000;

/** A module of the user's, in TypeScript, beside its inputs. */
function writeModule(folder: TemporaryFolder): void {
  folder.write("package.json", '{ "type": "module" }');
  folder.write(
    "clean.ts",
    `
    interface Row { id: string; name: string }
    export default function row({ id, name }: Row): unknown {
      if (name === "") throw new Error("no name");
      return { id: Number(id), name: name.trim() };
    }
    export const upper = async (line: string): Promise<string> => line.toUpperCase();
    export const answer: number = 42;`,
  );
}

describe("manyhands map", () => {
  test(
    "maps rows of CSV by the default export and keeps what fails in a file",
    { timeout },
    () =>
      inCommandFolder(async (folder, run) => {
        writeModule(folder);
        folder.write("in.csv", 'id,name\n1," Ada "\n2,\n3,"Grace, H"\n');
        const args = ["map", "clean.ts", "in.csv", "--csv", "-o", "out.ndjson", "--on-error", "file"];
        const { code, stdout, stderr } = await run(args);
        assert.equal(folder.read("out.ndjson"), '{"id":1,"name":"Ada"}\n{"id":3,"name":"Grace, H"}\n');
        const { number, record, error } = JSON.parse(folder.read("out.ndjson.errors.ndjson"));
        assert.deepEqual([number, record, error.message], [3, "2,", "no name"]);
        assert.match(
          stdout,
          /^Mapped 3 records of 1 input: .*1 worker\); 1 record failed, kept in out\.ndjson\.errors\.ndjson\n$/,
        );
        assert.equal(stderr, "");
        assert.equal(code, 1);
      }),
  );

  test(
    "maps standard input to standard output by an async function; reports as JSON on standard error",
    { timeout },
    () =>
      inCommandFolder(async (folder, run) => {
        writeModule(folder);
        const args = [
          "map",
          "./clean.ts#upper",
          "-",
          "-o",
          "-",
          "--json",
          "--concurrency",
          "4",
          "--timeout",
          "20s",
          "--progress",
          "none",
        ];
        const { code, stdout, stderr } = await run(args, "many\nhands\n");
        assert.equal(stdout, "MANY\nHANDS\n");
        const { records, recordsFailed, failed } = JSON.parse(stderr);
        assert.deepEqual({ records, recordsFailed, failed }, { records: 2, recordsFailed: 0, failed: [] });
        assert.equal(code, 0);
      }),
  );

  test(
    "stops at a record that fails, and names the file, the record and the reason",
    { timeout },
    () =>
      inCommandFolder(async (folder, run) => {
        writeModule(folder);
        folder.write("in.ndjson", '{"id":"1","name":"Ada"}\n{"id":"2","name":""}\n');
        const { code, stderr } = await run(["map", "clean.ts", "in.ndjson", "--ndjson", "-o", "out"]);
        assert.equal(stderr, "manyhands: in.ndjson:2: Error: no name\n");
        assert.equal(code, 1);
        assert.deepEqual(folder.files(), ["clean.ts", "in.ndjson", "package.json"]);
      }),
  );

  for (
    const [name, what] of [
      ["hang", /^manyhands: in:2: TimeoutError: The function took longer than 1000 ms\n$/],
      ["leave", /^manyhands: in:2: WorkerLostError: .* exit code 3\n$/],
      ["symbol", /^manyhands: in:1: TypeError: Cannot write what the function gave: it is a symbol\n$/],
      ["word", /^manyhands: in:2: Error: only a word\n$/],
    ] as const
  ) {
    test(
      `a function that fails by ${name}: the record is named and no output is left`,
      { timeout },
      () =>
        inCommandFolder(async (folder, run) => {
          folder.write(
            "fails.mjs",
            `import process from "node:process";
             const at = (fail) => (line) => line === "second" ? fail() : line;
             export const hang = at(() => { for (;;); });
             export const leave = at(() => process.exit(3));
             export const symbol = () => Symbol("none");
             export const word = at(() => { throw "only a word"; });`,
          );
          folder.write("in", "first\nsecond\nthird\n");
          const args = ["map", `fails.mjs#${name}`, "in", "-o", "out", "--timeout", name === "hang" ? "1s" : "1m"];
          const { code, stderr } = await run([...args, "--progress", "none"]);
          assert.match(stderr.replaceAll(/^\(node:.*\n/gm, ""), what);
          assert.equal(code, 1);
          assert.deepEqual(folder.files(), ["fails.mjs", "in"]);
        }),
    );
  }

  test("takes what other systems write: marks, carriage returns, a last line without an end, no lines at all", {
    timeout,
  }, () =>
    inCommandFolder(async (folder, run) => {
      folder.write("same.mjs", "export default (record) => record;");
      folder.write("in/a.csv", '\ufeffid,name\r\n1,"two\r\nlines"\r\n2,three');
      folder.write("in/empty.csv", "");
      folder.write("in/long.csv", `id,name\r\n1,${"x".repeat(100_000)}\r\n`);
      const args = ["map", "same.mjs", "in", "-o", "out", "--csv", "--chunk-size", "4K", "--progress", "none"];
      const { code, stderr } = await run(args);
      assert.equal(stderr, "");
      assert.equal(code, 0);
      assert.equal(folder.read("out/a.csv"), '{"id":"1","name":"two\\r\\nlines"}\n{"id":"2","name":"three"}\n');
      assert.equal(folder.read("out/empty.csv"), "");
      assert.equal(folder.read("out/long.csv"), `{"id":"1","name":"${"x".repeat(100_000)}"}\n`);
    }));

  test("a function that is not there is wrong usage", { timeout }, () =>
    inCommandFolder(async (folder, run) => {
      writeModule(folder);
      folder.write("in", "a");
      const cases: [string, RegExp][] = [
        ["none.ts", /^manyhands: Cannot load none\.ts: there is no such file\n$/],
        ["clean.ts#nope", /^manyhands: Cannot run nope: .*clean\.ts .* it exports answer, default, upper\n$/],
        ["clean.ts#answer", /^manyhands: Cannot run answer of .*clean\.ts: expected a function, found number\n$/],
      ];
      for (const [name, message] of cases) {
        const { code, stderr } = await run(["map", name, "in", "-o", "out"]);
        assert.match(stderr, message);
        assert.equal(code, 2);
      }
      assert.deepEqual(folder.files(), ["clean.ts", "in", "package.json"]);
    }));
});

describe("readCommandLine for map", () => {
  const read = (line: string): MapArguments => readCommandLine(["map", ...line.split(" ")]) as MapArguments;

  test("reads a module with and without an export, a form and the limits", { timeout }, () => {
    const plain = read("m.ts in -o out");
    assert.deepEqual(
      [plain.command, plain.module, plain.export, plain.inputs, plain.output, plain.by, plain.onError, plain.ordered],
      ["map", "m.ts", "default", ["in"], "out", "lines", "stop", true],
    );
    const full = read("a#b.ts#f in more -o - --csv --no-header --delimiter \\t --retries 2 --timeout 1.5s --unordered");
    assert.deepEqual(
      [
        full.module,
        full.export,
        full.inputs,
        full.by,
        full.header,
        full.delimiter,
        full.retries,
        full.timeout,
        full.ordered,
      ],
      ["a#b.ts", "f", ["in", "more"], "csv", false, "\t", 2, 1500, false],
    );
  });

  test("refuses what does not go together, with what was expected", { timeout }, () => {
    const cases: [string, RegExp][] = [
      ["-o out", /there is no function: expected the path of a module and #EXPORT/],
      ["m.ts -o out", /there is no input/],
      ["m.ts in", /there is no output/],
      ["m.ts in -o out --csv --ndjson", /cannot be used with option/],
      ["m.ts in -o out --timeout 5", /Expected a time with its unit, such as 500ms/],
      ["m.ts in -o out --delimiter ab", /Expected one character/],
      ["m.ts in -o - --on-error file", /--on-error file needs --errors-to PATH/],
      ["m.ts in -o out --errors-to bad", /--errors-to needs --on-error file/],
      ["m.ts in -o out --no-header", /--no-header needs --csv/],
      ["m.ts in -o out --ndjson --delimiter ;", /--delimiter needs --csv/],
      ["m.ts in -o out --on-error ignore", /Allowed choices are stop, skip, file/],
    ];
    for (const [line, message] of cases) {
      const result = readCommandLine(["map", ...line.split(" ")]);
      assert.equal(result.command, "usage-error", line);
      assert.match((result as { message: string }).message, message);
    }
  });
});
