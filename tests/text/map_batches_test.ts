import assert from "node:assert/strict";
import * as fs from "node:fs";
import { describe, test } from "node:test";
import { RecordError } from "../../src/core/errors.ts";
import { accounting } from "../../src/memory/allocator.ts";
import { mapRecords, mapText, type WorkerProgress } from "../../src/text/mod.ts";
import { inTemporaryFolder, type TemporaryFolder } from "./temporary_folder.ts";

const timeout = 60_000;
const FILES = 200;
const functions = new URL("./fixtures/map_functions.ts", import.meta.url);
const careful = { module: functions, export: "careful" };
const upper = (line: string): string => line.toUpperCase();

/** The path of a file in its folder. */
const nameOf = (index: number): string => `${index % 7}/${index}.txt`;

/** Many small files, each with two lines, with `special` ones in place of some. */
function writeMany(folder: TemporaryFolder, special: Readonly<Record<number, string>> = {}): void {
  for (let index = 0; index < FILES; index++) {
    folder.write(`in/${nameOf(index)}`, special[index] ?? `file ${index}\nagain ${index}`);
  }
}

/** What stands in the outputs of all files; undefined where there is none. */
function readMany(folder: TemporaryFolder): (string | undefined)[] {
  return Array.from({ length: FILES }, (_, index) => {
    const path = folder.at("out", nameOf(index));
    return fs.existsSync(path) ? fs.readFileSync(path, "utf8") : undefined;
  });
}

/** The outputs of `careful`, with `special` ones in place of some. */
function expected(special: Readonly<Record<number, string | undefined>> = {}): (string | undefined)[] {
  return Array.from(
    { length: FILES },
    (_, index) => index in special ? special[index] : `file ${index}!\nagain ${index}!\n`,
  );
}

/** The files in the order in which a run goes through them. */
function inOrder(): number[] {
  return Array.from({ length: FILES }, (_, index) => index).sort((a, b) => nameOf(a) < nameOf(b) ? -1 : 1);
}

class Collected {
  text = "";
  write(bytes: Uint8Array): void {
    this.text += new TextDecoder().decode(bytes);
  }
}

describe("MapBatches", () => {
  for (const ordered of [true, false]) {
    test(
      `many small files take few tasks, ordered: ${ordered}`,
      { timeout },
      () =>
        inTemporaryFolder(async (folder) => {
          writeMany(folder, { 5: "" });
          const before = accounting().used;
          let workers: readonly WorkerProgress[] = [];
          const report = await mapText({
            input: folder.at("in"),
            output: folder.at("out"),
            task: careful,
            ordered,
            processes: 2,
            onProgress: (progress) => workers = progress.workers,
          });
          assert.deepEqual(readMany(folder), expected({ 5: "" }));
          const { files, records, recordsFailed, failed, bytesIn, bytesOut } = report;
          assert.deepEqual({ files, records, recordsFailed, failed }, {
            files: FILES,
            records: 2 * FILES - 2,
            recordsFailed: 0,
            failed: [],
          });
          const size = (root: string): number =>
            folder.files().filter((name) => name.startsWith(`${root}/`)).reduce(
              (sum, name) => sum + fs.statSync(folder.at(name)).size,
              0,
            );
          assert.deepEqual([bytesIn, bytesOut], [size("in"), size("out")]);
          assert.equal(workers.reduce((sum, { tasks }) => sum + tasks, 0), Math.ceil(FILES / 64));
          assert.equal(folder.files().length, 2 * FILES, "no temporary file stays");
          assert.equal(accounting().used, before);
        }),
    );
  }

  test(
    "outputs of many files in one writer or as values are in order, those beyond a slot too",
    { timeout },
    () =>
      inTemporaryFolder(async (folder) => {
        writeMany(folder, { 7: `${"x".repeat(3000)}\n` });
        const output = new Collected();
        const task = (line: string): string => line.startsWith("x") ? line.repeat(40) : line;
        const options = { input: folder.at("in"), processes: 2, chunkBytes: 4096, task };
        const report = await mapText({ ...options, output });
        const texts = inOrder().map((index) =>
          index === 7 ? `${"x".repeat(120_000)}\n` : `file ${index}\nagain ${index}\n`
        );
        assert.ok(output.text === texts.join(""));
        assert.equal(report.bytesOut, output.text.length);
        assert.equal(report.files, FILES);
        const values: unknown[] = [];
        for await (const value of mapRecords({ ...options, task: upper })) values.push(value);
        assert.equal(values.length, 2 * FILES - 1);
        assert.deepEqual(values.slice(0, 2), ["FILE 0", "AGAIN 0"]);
        const mixed = new Collected();
        await mapText({ ...options, output: mixed, ordered: false });
        assert.equal(mixed.text.length, output.text.length);
      }),
  );

  test("each CSV file of many has its own header", { timeout }, () =>
    inTemporaryFolder(async (folder) => {
      for (let index = 0; index < 20; index++) folder.write(`in/${index}.csv`, `a${index},b\r\n1,"x\n${index}"\n`);
      folder.write("in/empty.csv", "");
      const output = folder.at("out");
      const task = (row: unknown): unknown => row;
      const report = await mapText({ input: folder.at("in"), output, by: "csv", task });
      assert.equal(report.records, 20);
      assert.equal(folder.read("out/3.csv"), `${JSON.stringify({ a3: "1", b: "x\n3" })}\n`);
      assert.equal(folder.read("out/empty.csv"), "");
    }));

  test(
    "records that throw, end their worker or hang fail alone and are named with file and number",
    { timeout },
    () =>
      inTemporaryFolder(async (folder) => {
        writeMany(folder, { 14: "a\nthrow", 15: "exit\nb", 16: "c\nhang\nd" });
        const report = await mapText({
          input: folder.at("in"),
          output: folder.at("out"),
          task: { module: functions, export: "mostlyCareful" },
          onError: "file",
          timeout: 300,
          processes: 2,
        });
        assert.deepEqual(readMany(folder), expected({ 14: "a!\n", 15: "b!\n", 16: "c!\nd!\n" }));
        assert.deepEqual([report.files, report.recordsFailed, report.failed], [FILES, 3, []]);
        const entries = folder.read("out.errors.ndjson").trimEnd().split("\n").map((line) => JSON.parse(line));
        const named = entries.map(({ path, number, record, error }) => [path, number, record, error.name]).sort();
        assert.deepEqual(named, [
          [folder.at("in", nameOf(14)), 2, "throw", "TypeError"],
          [folder.at("in", nameOf(15)), 1, "exit", "WorkerLostError"],
          [folder.at("in", nameOf(16)), 2, "hang", "TimeoutError"],
        ]);
        assert.equal(folder.files().length, 2 * FILES + 1);
      }),
  );

  test(
    "the same in one common output, where the others stay in order",
    { timeout },
    () =>
      inTemporaryFolder(async (folder) => {
        writeMany(folder, { 14: "a\nthrow", 15: "exit\nb" });
        const output = new Collected();
        const failed: string[] = [];
        const report = await mapText({
          input: folder.at("in"),
          output,
          task: careful,
          onError: "skip",
          processes: 2,
          onFailure: ({ error }) => failed.push(`${(error as RecordError).path}:${(error as RecordError).record}`),
        });
        const special: Record<number, string> = { 14: "a!\n", 15: "b!\n" };
        assert.equal(output.text, inOrder().map((index) => expected(special)[index]).join(""));
        assert.deepEqual(failed, [`${folder.at("in", nameOf(14))}:2`, `${folder.at("in", nameOf(15))}:1`]);
        assert.deepEqual([report.files, report.recordsFailed], [FILES, 2]);
      }),
  );

  test(
    "a record that ends its worker is tried as often as asked, then given up",
    { timeout },
    () =>
      inTemporaryFolder(async (folder) => {
        writeMany(folder, { 15: "a\nexit" });
        const calls = folder.write("calls", "");
        folder.write(
          "counted.mjs",
          `import { appendFileSync } from "node:fs";
        import { exit } from "node:process";
        export default (line) => {
          if (line !== "exit") return line;
          appendFileSync(${JSON.stringify(calls)}, "x");
          exit(3);
        };`,
        );
        const report = await mapText({
          input: folder.at("in"),
          output: folder.at("out"),
          task: { module: new URL(`file://${folder.at("counted.mjs")}`), export: "default" },
          onError: "skip",
          retries: 2,
          processes: 1,
        });
        assert.equal(folder.read("calls"), "xxx");
        assert.deepEqual([report.files, report.recordsFailed], [FILES, 1]);
        assert.equal(folder.read(`out/${nameOf(15)}`), "a\n");
      }),
  );

  test("a file that cannot be done fails alone", { timeout }, () =>
    inTemporaryFolder(async (folder) => {
      writeMany(folder);
      const changing = folder.at("in", nameOf(20));
      folder.write(
        "change.mjs",
        `
        import { appendFileSync } from "node:fs";
        export default (line) => {
          if (line === "file 20") appendFileSync(${JSON.stringify(changing)}, "more");
          return line + "!";
        };`,
      );
      const task = { module: new URL(`file://${folder.at("change.mjs")}`), export: "default" };
      fs.mkdirSync(folder.at("out", nameOf(23)), { recursive: true });
      const { files, failed } = await mapText({ input: folder.at("in"), output: folder.at("out"), task });
      const found = new Map(failed.map(({ path, error }) => [path, error.message]));
      assert.match(found.get(changing)!, /txt changed while it was read: its size went from 16 to 20 bytes$/);
      assert.match(found.get(folder.at("in", nameOf(23))) ?? [...found.values()].join(), /Cannot write .*23\.txt/);
      assert.equal(found.size, 2);
      assert.equal(files, FILES - 2);
      fs.rmdirSync(folder.at("out", nameOf(23)));
      assert.deepEqual(readMany(folder), expected({ 20: undefined, 23: undefined }));
      assert.ok(folder.files().every((name) => !name.endsWith(".tmp")));
    }));

  for (const checkpoint of [false, true]) {
    test(`a record that ends the run ends it after the files before it, with a checkpoint: ${checkpoint}`, {
      timeout,
    }, () =>
      inTemporaryFolder(async (folder) => {
        const fatal = inOrder()[100]!;
        writeMany(folder, { [fatal]: "a\nthrow" });
        const options = { input: folder.at("in"), output: folder.at("out"), processes: 2, checkpoint };
        const failure = await mapText({ ...options, task: careful }).then(
          () => assert.fail("it ended well"),
          (error: RecordError) => error,
        );
        assert.ok(failure instanceof RecordError);
        assert.deepEqual([failure.path, failure.record], [folder.at("in", nameOf(fatal)), 2]);
        const done = inOrder().filter((index) => fs.existsSync(folder.at("out", nameOf(index))));
        assert.deepEqual(done, inOrder().slice(0, 100), "the files before it are done, no other is");
        if (!checkpoint) {
          assert.equal(folder.files().length, FILES + 100);
          return;
        }
        await assert.rejects(mapText({ ...options, task: careful }), { path: failure.path, record: 2 });
      }));
  }

  test(
    "a run that is aborted leaves whole outputs and nothing else",
    { timeout },
    () =>
      inTemporaryFolder(async (folder) => {
        writeMany(folder);
        const controller = new AbortController();
        const aborted = mapText({
          input: folder.at("in"),
          output: folder.at("out"),
          task: careful,
          processes: 2,
          signal: controller.signal,
          onProgress: () => controller.abort(),
        });
        await assert.rejects(aborted, { name: "AbortError" });
        const outputs = readMany(folder);
        const count = outputs.filter((text) => text !== undefined).length;
        assert.ok(count >= 64 && count < FILES);
        assert.deepEqual(outputs, expected().map((text, index) => outputs[index] === undefined ? undefined : text));
        assert.equal(folder.files().length, FILES + count);
      }),
  );

  test(
    "with a checkpoint, a run that was stopped calls the function again for no file that is done",
    { timeout },
    () =>
      inTemporaryFolder(async (folder) => {
        writeMany(folder, { 3: "throw\nx" });
        const options = {
          input: folder.at("in"),
          output: folder.at("out"),
          task: careful,
          processes: 2,
          onError: "file" as const,
          checkpoint: true,
        };
        const controller = new AbortController();
        let done = 0;
        const stopped = mapText({
          ...options,
          signal: controller.signal,
          onProgress: ({ files }) => {
            done = files;
            if (files >= 64) controller.abort();
          },
        });
        await assert.rejects(stopped, { name: "AbortError" });
        assert.ok(done >= 64 && done < FILES);
        const report = await mapText(options);
        assert.equal(report.files, FILES);
        assert.ok(report.records <= 2 * (FILES - done), "what is done is not done again");
        assert.ok(report.bytesResumed! > 0);
        assert.deepEqual(readMany(folder), expected({ 3: "x!\n" }));
        const entries = folder.read("out.errors.ndjson").trimEnd().split("\n");
        assert.equal(entries.length, 1);
        assert.equal(folder.files().length, 2 * FILES + 1);
      }),
  );
});
