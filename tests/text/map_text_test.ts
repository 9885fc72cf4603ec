import assert from "node:assert/strict";
import * as fs from "node:fs";
import { describe, test } from "node:test";
import { gunzipSync, gzipSync } from "node:zlib";
import { OutputConflictError, RecordError, TaskLoadError } from "../../src/core/errors.ts";
import { accounting } from "../../src/memory/allocator.ts";
import { mapRecords, mapText, type MapTextOptions } from "../../src/text/mod.ts";
import { inTemporaryFolder } from "./temporary_folder.ts";

const timeout = 60_000;
const functions = new URL("./fixtures/map_functions.ts", import.meta.url);
const small = { chunkBytes: 4096, processes: 2 };

const upper = (line: string): string => line.toUpperCase();

/** Lines of many lengths, empty ones and long ones among them. */
function lines(count: number): string[] {
  return Array.from(
    { length: count },
    (_, index) =>
      index % 13 === 0
        ? ""
        : `${index} ${"äb😀c ".repeat((index * 7) % 31)}${index % 500 === 3 ? "x".repeat(9000) : ""}`,
  );
}

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size);
}

async function collected<T>(values: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const value of values) list.push(value);
  return list;
}

class Collected {
  bytes: Uint8Array[] = [];
  write(bytes: Uint8Array): void {
    this.bytes.push(bytes);
  }
  get text(): string {
    return Buffer.concat(this.bytes).toString();
  }
}

describe("mapText", () => {
  test(
    "calls the function for each line of a file, in order, and gives all memory back",
    { timeout },
    () =>
      inTemporaryFolder(async (folder) => {
        const all = lines(3000);
        const input = folder.write("in.txt", all.join("\n"));
        const before = accounting().used;
        const report = await mapText({ input, output: folder.at("deep", "out.txt"), task: upper, ...small });
        assert.equal(folder.read("deep/out.txt"), all.map((line) => `${upper(line)}\n`).join(""));
        assert.equal(accounting().used, before);
        const { records, recordsFailed, files, bytesIn, bytesOut, processes } = report;
        const size = fs.statSync(input).size;
        assert.deepEqual(
          { records, recordsFailed, files, bytesIn, processes },
          { records: 3000, recordsFailed: 0, files: 1, bytesIn: size, processes: 2 },
        );
        assert.equal(bytesOut, fs.statSync(folder.at("deep", "out.txt")).size);
        assert.deepEqual(folder.files(), ["deep/out.txt", "in.txt"]);
      }),
  );

  test(
    "writes strings as lines, bytes as they are, lists item by item and all else as JSON",
    { timeout },
    () =>
      inTemporaryFolder(async (folder) => {
        const input = folder.write("in.txt", "string\r\nnothing\nbytes\nlist\nset\nobject\nnull\nlater\nlong\n");
        await mapText({
          input,
          output: folder.at("out.txt"),
          task: async function* (line: string) {
            if (line === "string") yield line;
            if (line === "bytes") yield Uint8Array.of(65, 66, 10);
            if (line === "list") yield* ["a", 1, undefined, [2, 3]];
            if (line === "set") yield* new Set(["b", "c"]);
            if (line === "object") yield { line };
            if (line === "null") yield null;
            if (line === "later") yield await Promise.resolve("later");
            if (line === "long") yield "l".repeat(20_000);
          },
          ...small,
        });
        const text = `string\nAB\na\n1\n[2,3]\nb\nc\n{"line":"object"}\nnull\nlater\n${"l".repeat(20_000)}\n`;
        assert.equal(folder.read("out.txt"), text);
      }),
  );

  test(
    "reads NDJSON without its blank lines, CSV with quoted line ends, and chunks of whole lines",
    { timeout },
    () =>
      inTemporaryFolder(async (folder) => {
        const rows = Array.from(
          { length: 400 },
          (_, id) => ({ id, note: id % 7 === 0 ? `"quoted",\n${"and long ".repeat(id)}` : "x" }),
        );
        const json = folder.write(
          "in.ndjson",
          rows.map((row) => `${JSON.stringify(row)}\n${row.id % 5 === 0 ? "\n \r\n" : ""}`).join(""),
        );
        const csv = folder.write(
          "in.csv",
          `\ufeffid;note\r\n${rows.map(({ id, note }) => `${id};"${note.replaceAll('"', '""')}"`).join("\r\n")}`,
        );
        const options = { ...small, task: (row: unknown) => ({ row }) };
        const expected = rows.map((row) => `${JSON.stringify({ row })}\n`).join("");
        const ofJson = await mapText({ ...options, input: json, output: folder.at("json"), by: "ndjson" });
        assert.equal(folder.read("json"), expected);
        assert.equal(ofJson.records, 400);
        const ofCsv = await mapText({ ...options, input: csv, output: folder.at("csv"), by: "csv", delimiter: ";" });
        assert.equal(folder.read("csv"), expected.replaceAll(/"id":(\d+)/g, '"id":"$1"'));
        assert.equal(ofCsv.records, 400);
        const stream = pieces(fs.readFileSync(csv), 1000);
        await mapText({ ...options, input: stream, output: folder.at("csv"), by: "csv", delimiter: ";" });
        assert.equal(folder.read("csv"), expected.replaceAll(/"id":(\d+)/g, '"id":"$1"'));
        const text = lines(1000).join("\n");
        const chunks = folder.write("in.txt", text);
        const ofChunks = await mapText({
          input: chunks,
          output: folder.at("chunks"),
          by: "chunks",
          task: (chunk: string) => chunk.replace(/\n?$/, "|$&"),
          ...small,
        });
        assert.equal(folder.read("chunks").replaceAll("|", ""), text);
        assert.equal(folder.read("chunks").split("|").length - 1, ofChunks.records);
        assert.ok(ofChunks.records > 10);
      }),
  );

  test(
    "mirrors a folder, reads compressed files and compresses outputs as the inputs were",
    { timeout },
    () =>
      inTemporaryFolder(async (folder) => {
        const text = `${lines(500).join("\n")}\n`;
        folder.write("in/a.txt", "a\n");
        folder.write("in/b/c.txt.gz", Buffer.concat([gzipSync(text), gzipSync("more")]));
        folder.write("in/empty", "");
        folder.write("in/empty.gz", gzipSync(""));
        const report = await mapText({ input: folder.at("in"), output: folder.at("out"), task: upper, ...small });
        assert.equal(report.files, 4);
        assert.equal(folder.read("out/a.txt"), "A\n");
        assert.equal(gunzipSync(fs.readFileSync(folder.at("out/b/c.txt.gz"))).toString(), `${upper(text)}MORE\n`);
        assert.equal(folder.read("out/empty"), "");
        assert.equal(gunzipSync(fs.readFileSync(folder.at("out/empty.gz"))).toString(), "");
      }),
  );

  test(
    "a record that throws, ends its worker or hangs fails alone and is kept in the file",
    { timeout },
    () =>
      inTemporaryFolder(async (folder) => {
        const all = lines(900);
        all[100] = "throw";
        all[300] = "exit";
        all[301] = "exit again";
        all[500] = "hang";
        const input = folder.write("in.txt", all.join("\n"));
        const report = await mapText({
          input,
          output: folder.at("out.txt"),
          task: { module: functions, export: "careful" },
          onError: "file",
          timeout: 300,
          ...small,
        });
        const failed = [100, 300, 301, 500];
        assert.equal(
          folder.read("out.txt"),
          all.filter((_, index) => !failed.includes(index)).map((line) => `${line}!\n`).join(""),
        );
        assert.equal(report.recordsFailed, 4);
        assert.equal(report.errorsTo, folder.at("out.txt.errors.ndjson"));
        const kept = folder.read("out.txt.errors.ndjson").trimEnd().split("\n").map((line) => JSON.parse(line));
        const offsets = failed.map((index) =>
          Buffer.byteLength(all.slice(0, index).map((line) => `${line}\n`).join(""))
        );
        assert.deepEqual(
          kept.map(({ path, number, offset, record, error }) => [path, number, offset, record, error.name]),
          failed.map((index, at) => [
            input,
            index + 1,
            offsets[at],
            all[index],
            ["TypeError", "WorkerLostError", "WorkerLostError", "TimeoutError"][at],
          ]),
        );
      }),
  );

  test(
    "async functions run at a time as asked, in order, and one that takes too long fails alone",
    { timeout },
    () =>
      inTemporaryFolder(async (folder) => {
        const all = ["a", "throw", "bbb", "never", "cc", "exit", ...lines(100)];
        const told: string[] = [];
        const run = (name: string, options: Partial<MapTextOptions>) =>
          mapText({
            input: folder.write("in.txt", all.join("\n")),
            output: folder.at("out.txt"),
            task: { module: functions, export: name },
            onError: "skip",
            onFailure: ({ error }) => told.push(error.message.replace(/^.*in\.txt:/, "")),
            ...small,
            ...options,
          });
        await run("late", { concurrency: 10, timeout: 300 });
        assert.equal(
          folder.read("out.txt"),
          all.filter((_, index) => index !== 1 && index !== 3).map((line) => `${line}?\n`).join(""),
        );
        assert.deepEqual(told.splice(0), [
          "2: RangeError: late",
          "4: TimeoutError: The function took longer than 300 ms",
        ]);
        await run("careful", { concurrency: 10 });
        assert.match(told.splice(0).join("\n"), /^2: TypeError: no throw\n6: WorkerLostError: .* exit code 7$/);
      }),
  );

  test("retries a record that throws", { timeout }, () =>
    inTemporaryFolder(async (folder) => {
      const input = folder.write("in.txt", "a\nb\nc\n");
      const task = { module: functions, export: "moody" };
      await mapText({ input, output: folder.at("out.txt"), task, retries: 1, processes: 1 });
      assert.equal(folder.read("out.txt"), "a\nb\nc\n");
    }));

  test(
    "malformed records fail alone: JSON, UTF-8, rows of another length",
    { timeout },
    () =>
      inTemporaryFolder(async (folder) => {
        const told: unknown[] = [];
        const run = async (name: string, content: string | Uint8Array, by: "lines" | "ndjson" | "csv") => {
          const input = folder.write(name, content);
          const task = (record: unknown) => ({ record });
          await mapText({
            input,
            output: folder.at("out"),
            by,
            task,
            onError: "skip",
            onFailure: ({ error }) => told.push([(error as RecordError).record, (error as RecordError).offset]),
            processes: 1,
          });
          return [folder.read("out"), told.splice(0)];
        };
        assert.deepEqual(await run("a", "1\n{\n[2]", "ndjson"), ['{"record":1}\n{"record":[2]}\n', [[2, 2]]]);
        const bytes = Uint8Array.of(0xef, 0xbb, 0xbf, 97, 10, 98, 0xff, 10, 99);
        assert.deepEqual(await run("b", bytes, "lines"), ['{"record":"a"}\n{"record":"c"}\n', [[2, 5]]]);
        assert.deepEqual(
          await run("c", 'x,y\n1,2\n\n1,2,3\n"open"no,2\n3,4\n', "csv"),
          ['{"record":{"x":"1","y":"2"}}\n{"record":{"x":"3","y":"4"}}\n', [[4, 9], [5, 15]]],
        );
      }),
  );

  test(
    "stops at the first record that fails, with nothing left behind",
    { timeout },
    () =>
      inTemporaryFolder(async (folder) => {
        const all = lines(2000);
        all[700] = "throw me";
        all[1200] = "throw too";
        const input = folder.write("in.txt", all.join("\n"));
        const options = {
          input,
          output: folder.at("out.txt"),
          task: { module: functions, export: "careful" },
          ...small,
        };
        await assert.rejects(mapText(options), (error: RecordError) => {
          assert.ok(error instanceof RecordError);
          assert.equal(error.message, `${input}:701: TypeError: no throw me`);
          assert.equal(error.record, 701);
          assert.equal((error.cause as Error).message, "no throw me");
          return true;
        });
        assert.deepEqual(folder.files(), ["in.txt"]);
      }),
  );

  test("without order every record is there once", { timeout }, () =>
    inTemporaryFolder(async (folder) => {
      const all = lines(2000);
      const input = folder.write("in.txt", all.join("\n"));
      await mapText({ input, output: folder.at("out.txt"), task: upper, ordered: false, ...small });
      const sorted = (texts: string[]): string[] => texts.sort();
      const written = folder.read("out.txt");
      assert.deepEqual(sorted(written.split("\n").slice(0, -1)), sorted(all.map(upper)));
    }));

  test("takes streams of bytes and values, and writes to a writer that holds it back", { timeout }, async () => {
    const all = lines(2000);
    const output = new Collected();
    await mapText({ input: pieces(Buffer.from(all.join("\n")), 777), output, task: upper, ...small });
    assert.equal(output.text, all.map((line) => `${upper(line)}\n`).join(""));
    let made = 0;
    let written = 0;
    let ahead = 0;
    async function* values(): AsyncGenerator<{ id: number }> {
      for (let id = 0; id < 20_000; id++) {
        made++;
        yield { id };
      }
    }
    const slow = {
      async write(bytes: Uint8Array): Promise<void> {
        written += Buffer.from(bytes).toString().split("\n").length - 1;
        ahead = Math.max(ahead, made - written);
        await new Promise((resolve) => setTimeout(resolve, 0));
      },
    };
    await mapText({ input: values(), output: slow, task: ({ id }: { id: number }) => id, processes: 2 });
    assert.equal(written, 20_000);
    // As many ranges as there are slots, and the one that is being gathered.
    assert.ok(ahead <= 256 * 6, `${ahead} values were read ahead of the writer`);
  });

  test(
    "an aborted run rejects with the reason and leaves nothing",
    { timeout },
    () =>
      inTemporaryFolder(async (folder) => {
        const input = folder.write("in.txt", lines(2000).join("\n"));
        const controller = new AbortController();
        const reason = new Error("enough");
        const options = { input, output: folder.at("out.txt"), task: upper, signal: controller.signal, ...small };
        await assert.rejects(
          mapText({ ...options, onProgress: () => controller.abort(reason) }),
          (error) => error === reason,
        );
        await assert.rejects(mapText(options), (error) => error === reason);
        assert.deepEqual(folder.files(), ["in.txt"]);
      }),
  );

  test(
    "a function that is not there is told before anything is written",
    { timeout },
    () =>
      inTemporaryFolder(async (folder) => {
        const input = folder.write("in.txt", "a");
        const run = (module: URL, name: string) =>
          mapText({ input, output: folder.at("out.txt"), task: { module, export: name }, processes: 1 });
        await assert.rejects(run(functions, "nope"), (error: Error) => {
          assert.ok(error instanceof TaskLoadError);
          assert.match(error.message, /^Cannot run nope: .* it exports .*careful, .*notFunction$/);
          return true;
        });
        await assert.rejects(run(functions, "notFunction"), /expected a function, found number$/);
        await assert.rejects(run(new URL("./none.ts", functions), "x"), TaskLoadError);
        assert.deepEqual(folder.files(), ["in.txt"]);
      }),
  );

  test(
    "an input that is not there is reported, the others are done",
    { timeout },
    () =>
      inTemporaryFolder(async (folder) => {
        const input = [folder.at("missing"), folder.write("b.txt", "b"), folder.write("c.csv.gz", "no gzip")];
        const { failed, files } = await mapText({ input, output: folder.at("out"), task: upper, processes: 2 });
        assert.deepEqual(failed.map(({ path }) => path), [input[0], input[2]]);
        assert.match(failed[1]!.error.message, /^Cannot read .*c\.csv\.gz as gzip: /);
        assert.equal(files, 1);
        assert.deepEqual(folder.files().filter((name) => name.startsWith("out")), ["out/b.txt"]);
      }),
  );

  test("refuses bad options with what was expected and found", { timeout }, async () => {
    const good = { input: "a", output: "b", task: upper };
    const cases: [Partial<Record<keyof MapTextOptions, unknown>>, RegExp][] = [
      [{ processes: 0 }, /processes to be a whole number from 1, found 0$/],
      [{ retries: -1 }, /retries to be a whole number from 0, found -1$/],
      [{ concurrency: 1.5 }, /concurrency to be a whole number from 1, found 1\.5$/],
      [{ timeout: 0 }, /timeout to be a number of milliseconds above 0, found 0$/],
      [{ chunkBytes: 1000 }, /chunkBytes to be a multiple of 4096 up to \d+, found 1000$/],
      [{ by: "words" }, /by to be one of "lines", "ndjson", "csv", "chunks", found "words"$/],
      [{ onError: "ignore" }, /onError to be one of "stop", "skip", "file", found "ignore"$/],
      [{ delimiter: "ab" }, /delimiter to be one character, found "ab"$/],
      [{ task: "upper" }, /task to be a function or \{ module, export \}, found "upper"$/],
      [{ input: [] }, /^There is no input/],
      [{ output: undefined }, /expected a path or an object with a write method, found undefined$/],
      [{ output: "-", onError: "file" }, /expected errorsTo to be a path, found undefined$/],
    ];
    for (const [bad, message] of cases) {
      await assert.rejects(mapText({ ...good, ...bad } as MapTextOptions), { message });
    }
    await inTemporaryFolder(async (folder) => {
      const input = folder.write("in", "a");
      const files = { input, task: upper, onError: "file" as const };
      await assert.rejects(mapText({ ...files, output: folder.at("out"), errorsTo: input }), OutputConflictError);
      await assert.rejects(mapText({ ...files, output: input }), OutputConflictError);
    });
  });
});

describe("mapRecords", () => {
  test(
    "gives the values one by one, in order, and leaves the run when the consumer leaves",
    { timeout },
    () =>
      inTemporaryFolder(async (folder) => {
        const input = folder.write("in.txt", lines(3000).join("\n"));
        const options = { input, task: (line: string) => line === "" ? undefined : [line.length, { line }], ...small };
        const expected = lines(3000).flatMap((line) => line === "" ? [] : [line.length, { line }]);
        assert.deepEqual(await collected(mapRecords(options)), expected);
        const before = accounting().used;
        for await (const value of mapRecords(options)) {
          assert.equal(value, expected[0]);
          break;
        }
        assert.equal(accounting().used, before);
      }),
  );

  test(
    "throws for a record that fails after the values before it, and for an input that fails at the end",
    { timeout },
    () =>
      inTemporaryFolder(async (folder) => {
        const input = folder.write("in.txt", `${"ok\n".repeat(5000)}throw\n${"ok\n".repeat(5000)}`);
        const task = { module: functions, export: "careful" };
        let count = 0;
        await assert.rejects(async () => {
          for await (const _ of mapRecords({ input, task, ...small })) count++;
        }, /in\.txt:5001: TypeError: no throw$/);
        assert.ok(count <= 5000);
        const seen: unknown[] = [];
        await assert.rejects(async () => {
          for await (
            const value of mapRecords({ input: [folder.at("none"), folder.write("b", "b")], task, processes: 1 })
          ) seen.push(value);
        }, /^FileError: Cannot read .*none: there is no such file$/);
        assert.deepEqual(seen, ["b!"]);
      }),
  );
});
