import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import * as fs from "node:fs";
import { describe, test } from "node:test";
import fc from "fast-check";
import { type FileError, InvalidUtf8Error, OutputConflictError } from "../../src/core/errors.ts";
import { kernels } from "../../src/kernels/kernels.ts";
import { accounting } from "../../src/memory/allocator.ts";
import { lowercase, type LowercaseOptions } from "../../src/text/mod.ts";
import { lowercaseWith } from "../../src/text/lowercase.ts";
import type { TextProgress, TextReport } from "../../src/text/report.ts";
import { inlinePool } from "./inline_pool.ts";
import { inTemporaryFolder } from "./temporary_folder.ts";

const timeout = 60_000;
const CHUNK = 4096;

function inline(options: LowercaseOptions, onTask?: (name: string) => void): Promise<TextReport> {
  return lowercaseWith(() => inlinePool(onTask), { chunkBytes: CHUNK, processes: 2, ...options });
}

/** A text of many chunks with sigmas, letters that grow, and words across every boundary. */
function longText(bytes: number): string {
  const line = "Τὸ ΠΝΕΥΜΑ ΤΗΣ ΠΟΛΕΩΣ. İSTANBUL ȺȾ Straße ÄRGER Привет МИР 中文 😀 don't STOP…\n";
  return line.repeat(Math.ceil(bytes / line.length));
}

/** The same by the runtime, whose tables agree for these letters. */
function expected(text: string): string {
  return text.toLowerCase();
}

class Collected {
  readonly #decoder: TextDecoder = new TextDecoder();
  text = "";
  write(bytes: Uint8Array): void {
    this.text += this.#decoder.decode(bytes, { stream: true });
  }
}

async function* asBytes(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield new TextEncoder().encode(text);
}

describe("lowercase", () => {
  test("lower-cases a file of many chunks with real workers", { timeout }, () =>
    inTemporaryFolder(async (folder) => {
      const text = longText(300_000);
      const input = folder.write("in.txt", text);
      const report = await lowercase({ input, output: folder.at("out.txt"), processes: 2, chunkBytes: CHUNK });
      assert.equal(folder.read("out.txt"), expected(text));
      assert.deepEqual(folder.files(), ["in.txt", "out.txt"]);
      assert.equal(report.files, 1);
      assert.equal(report.bytesIn, fs.statSync(input).size);
      assert.equal(report.bytesOut, fs.statSync(folder.at("out.txt")).size);
      assert.equal(report.processes, 2);
      assert.deepEqual(report.failed, []);
    }));

  test(
    "a file of many chunks is exact wherever letters grow, shrink or keep their length",
    { timeout },
    () =>
      inTemporaryFolder(async (folder) => {
        const change = fc.constantFrom("Ⱥ", "\u212a", "İ", "ẞ", "Ⱥ\u212a");
        const place = fc.record({ after: fc.integer({ min: 0, max: 20_000 }), letters: change });
        let round = 0;
        await fc.assert(
          fc.asyncProperty(fc.array(place, { maxLength: 3 }), fc.nat(9000), async (places, rest) => {
            const keeping = "Привет МИР 中文 don't STOP ";
            const text = places.map(({ after, letters }) => keeping.repeat(after / 40) + letters).join("") +
              keeping.repeat(rest / 40);
            const bytes = new TextEncoder().encode(text);
            const name = `${round++}.txt`;
            const report = await inline({ input: folder.write(name, bytes), output: folder.at("out", name) });
            const lowered = fs.readFileSync(folder.at("out", name));
            assert.deepEqual([...lowered], [...kernels.lowercase(bytes)]);
            assert.equal(report.bytesIn, bytes.length);
            assert.equal(report.bytesOut, lowered.length);
          }),
          { numRuns: 40 },
        );
      }),
  );

  test(
    "letters that lie across the ends of what is read and written at a time are whole",
    { timeout },
    () =>
      inTemporaryFolder(async (folder) => {
        for (const start of ["", "A", "AB", "İ", "İA", "A".repeat(5000)]) {
          for (const letter of ["Я", "Ẁ", "中", "𐐀"]) {
            const text = start + letter.repeat(400_000 / Buffer.byteLength(letter));
            const input = folder.write("in.txt", text);
            await inline({ input, output: folder.at("out.txt"), chunkBytes: 75 * CHUNK });
            assert.ok(folder.read("out.txt") === expected(text), `${start.slice(0, 3)}${letter}`);
          }
        }
      }),
  );

  test("expects the next text to be as the last one", { timeout }, () =>
    inTemporaryFolder(async (folder) => {
      const texts = ["STAY ".repeat(4000), longText(20_000), ...Array(8).fill("STAY ".repeat(4000)) as string[]];
      for (const [index, text] of texts.entries()) folder.write(`in/${index}`, text);
      const tasks: string[] = [];
      await inline({ input: folder.at("in"), output: folder.at("out") }, (name) => tasks.push(name));
      for (const [index, text] of texts.entries()) assert.equal(folder.read(`out/${index}`), expected(text));
      assert.equal(tasks[0], "lowerChunkInto");
      assert.equal(tasks.at(-1), "lowerChunkInto");
      assert.ok(tasks.includes("writeSlot"));
    }));

  test("gives its memory back", { timeout }, () =>
    inTemporaryFolder(async (folder) => {
      const input = folder.write("in.txt", longText(20_000));
      kernels.lowercase("A"); // the kernel keeps some memory for itself once it is there
      const { used } = accounting();
      await inline({ input, output: folder.at("out.txt") });
      assert.equal(accounting().used, used);
    }));

  test("mirrors a folder, empty files included", { timeout }, () =>
    inTemporaryFolder(async (folder) => {
      const texts: Record<string, string> = {
        "in/a.txt": "ÄÖÜ",
        "in/empty.txt": "",
        "in/deep/er/b.txt": longText(20_000),
        "in/deep/c": "ΟΔΟΣ",
      };
      for (const [name, text] of Object.entries(texts)) folder.write(name, text);
      for (const ordered of [true, false]) {
        const output = `out-${ordered}`;
        const report = await inline({ input: folder.at("in"), output: folder.at(output), ordered });
        assert.equal(report.files, 4);
        for (const [name, text] of Object.entries(texts)) {
          assert.equal(folder.read(name.replace(/^in/, output)), expected(text));
        }
      }
      assert.equal(folder.files().length, 12, "and nothing else");
    }));

  test("concatenates several inputs to a writer in order", { timeout }, () =>
    inTemporaryFolder(async (folder) => {
      const texts = [longText(30_000), "", "KURZ\n", longText(9000)];
      const input = texts.map((text, index) => folder.write(`${index}.txt`, text));
      const output = new Collected();
      await inline({ input, output });
      assert.equal(output.text, expected(texts.join("")));
    }));

  test("concatenates several inputs unordered, each whole", { timeout }, () =>
    inTemporaryFolder(async (folder) => {
      const texts = Array.from({ length: 6 }, (_, index) => `<${`${index}A`.repeat(4000 * (6 - index))}>`);
      const input = texts.map((text, index) => folder.write(`${index}.txt`, text));
      const output = new Collected();
      await inline({ input, output, ordered: false });
      const parts = output.text.split(/(?<=>)/);
      assert.deepEqual(parts.sort(), texts.map((text) => text.toLowerCase()).sort());
    }));

  test("lower-cases a stream into a file and into a writer", { timeout }, () =>
    inTemporaryFolder(async (folder) => {
      const text = longText(50_000);
      await inline({ input: asBytes(text.slice(0, 70), text.slice(70)), output: folder.at("out.txt") });
      assert.equal(folder.read("out.txt"), expected(text));
      const output = new Collected();
      const report = await inline({ input: asBytes(text), output });
      assert.equal(output.text, expected(text));
      assert.equal(report.bytesIn, new TextEncoder().encode(text).length);
    }));

  test(
    "keeps an output's old content until the new one is complete",
    { timeout },
    () =>
      inTemporaryFolder(async (folder) => {
        const input = folder.write("in.txt", longText(30_000));
        folder.write("out.txt", "old");
        const seen = new Set<string>();
        await inline({
          input,
          output: folder.at("out.txt"),
          onProgress: ({ files }) => {
            if (files === 0) seen.add(folder.read("out.txt"));
          },
        });
        assert.deepEqual([...seen], ["old"]);
        assert.notEqual(folder.read("out.txt"), "old");
      }),
  );

  test(
    "reports progress that only grows and ends at the whole",
    { timeout },
    () =>
      inTemporaryFolder(async (folder) => {
        for (const name of ["in/a", "in/b"]) folder.write(name, longText(20_000));
        const steps: TextProgress[] = [];
        await inline({ input: folder.at("in"), output: folder.at("out"), onProgress: (step) => void steps.push(step) });
        for (const [index, step] of steps.entries()) {
          if (index > 0) assert.ok(step.bytesIn >= steps[index - 1]!.bytesIn && step.files >= steps[index - 1]!.files);
        }
        const last = steps.at(-1)!;
        assert.equal(last.bytesIn, last.bytesTotal);
        assert.deepEqual([last.files, last.filesTotal], [2, 2]);
      }),
  );

  describe("a failing input is reported and the others go on", () => {
    test("missing, with its path", { timeout }, () =>
      inTemporaryFolder(async (folder) => {
        const input = [folder.at("missing.txt"), folder.write("a.txt", "A")];
        const told: string[] = [];
        const report = await inline({ input, output: folder.at("out"), onError: ({ path }) => void told.push(path) });
        assert.deepEqual(told, [input[0]]);
        assert.equal((report.failed[0]!.error as FileError).code, "ERR_INPUT_NOT_FOUND");
        assert.equal(folder.read("out/a.txt"), "a");
      }));

    test(
      "invalid UTF-8 with error, at the first offset in the file",
      { timeout },
      () =>
        inTemporaryFolder(async (folder) => {
          const bytes = new Uint8Array(20_000).fill(65);
          bytes[9000] = bytes[15_000] = 0xff;
          const input = [folder.write("bad.txt", bytes), folder.write("good.txt", "GOOD")];
          const report = await inline({ input, output: folder.at("out"), invalid: "error" });
          const { path, error } = report.failed[0]!;
          assert.equal(path, input[0]);
          assert.ok(error instanceof InvalidUtf8Error);
          assert.equal(error.offset, 9000);
          assert.deepEqual(folder.files(), ["bad.txt", "good.txt", "out/good.txt"]);
        }),
    );

    test("invalid UTF-8 in a stream, counted from its start", { timeout }, () =>
      inTemporaryFolder(async (folder) => {
        const bytes = new TextEncoder().encode("ABC DEF\n".repeat(2000));
        bytes[14_001] = 0xff;
        const input = (async function* () {
          yield bytes;
        })();
        const report = await inline({ input, output: folder.at("out"), invalid: "error" });
        assert.equal((report.failed[0]!.error as InvalidUtf8Error).offset, 14_001);
        assert.deepEqual(folder.files(), []);
      }));

    for (
      const [change, edit, found] of [
        [
          "shrinks",
          (path: string) => fs.truncateSync(path, 5000),
          /changed while it was read: it ends at byte 5000|its size went/,
        ],
        [
          "grows",
          (path: string) => fs.appendFileSync(path, "more"),
          /changed while it was read: its size went from \d+ to \d+/,
        ],
        ["is removed", (path: string) => fs.rmSync(path), /there is no such file|it was removed/],
      ] as const
    ) {
      test(`a file that ${change} while it is read`, { timeout }, () =>
        inTemporaryFolder(async (folder) => {
          const input = folder.write("in.txt", longText(30_000));
          let tasks = 0;
          const report = await inline({ input, output: folder.at("out.txt") }, () => {
            if (++tasks === 2) edit(input);
          });
          assert.match(report.failed[0]!.error.message, found);
          assert.equal(fs.existsSync(folder.at("out.txt")), false);
          assert.deepEqual(folder.files().filter((name) => name !== "in.txt"), []);
        }));
    }

    test("an output that cannot be written", { timeout }, () =>
      inTemporaryFolder(async (folder) => {
        const input = folder.write("in.txt", "A");
        folder.write("file", "");
        const report = await inline({ input, output: folder.at("file", "below", "out.txt") });
        assert.equal((report.failed[0]!.error as FileError).code, "ERR_OUTPUT_UNWRITABLE");
        assert.match(report.failed[0]!.error.message, /^Cannot write .*out\.txt: /);
      }));
  });

  test(
    "replaces invalid UTF-8 on demand and passes it through otherwise",
    { timeout },
    () =>
      inTemporaryFolder(async (folder) => {
        const input = folder.write("in.txt", Uint8Array.of(0x41, 0xff, 0x42));
        await inline({ input, output: folder.at("passed") });
        assert.deepEqual([...fs.readFileSync(folder.at("passed"))], [0x61, 0xff, 0x62]);
        await inline({ input, output: folder.at("replaced"), invalid: "replace" });
        assert.equal(folder.read("replaced"), "a\ufffdb");
      }),
  );

  test(
    "an aborted run rejects with the reason and leaves nothing",
    { timeout },
    () =>
      inTemporaryFolder(async (folder) => {
        const input = folder.write("in.txt", longText(60_000));
        const controller = new AbortController();
        const reason = new Error("enough");
        await assert.rejects(
          inline({
            input,
            output: folder.at("out.txt"),
            signal: controller.signal,
            onProgress: () => controller.abort(reason),
          }),
          (error) => error === reason,
        );
        assert.deepEqual(folder.files(), ["in.txt"]);
        await assert.rejects(
          inline({ input, output: folder.at("out.txt"), signal: controller.signal }),
          (error) => error === reason,
        );
      }),
  );

  test(
    "an aborted run does not wait for a stream that never answers",
    { timeout },
    () =>
      inTemporaryFolder(async (folder) => {
        const controller = new AbortController();
        const input = (async function* () {
          yield new TextEncoder().encode("ABC ");
          controller.abort();
          await new Promise(() => {});
        })();
        await assert.rejects(inline({ input, output: folder.at("out.txt"), signal: controller.signal }), {
          name: "AbortError",
        });
        assert.deepEqual(folder.files(), []);
      }),
  );

  test(
    "a reader that closes the output ends the run without an error",
    { timeout },
    () =>
      inTemporaryFolder(async (folder) => {
        const input = folder.write("in.txt", longText(60_000));
        let writes = 0;
        const report = await inline({
          input,
          output: {
            write() {
              if (++writes === 2) throw Object.assign(new Error("closed"), { code: "EPIPE" });
            },
          },
        });
        assert.equal(report.outputClosed, true);
        assert.deepEqual(report.failed, []);
      }),
  );

  test("a writer that fails rejects the run with its error", { timeout }, () =>
    inTemporaryFolder(async (folder) => {
      const input = folder.write("in.txt", "A");
      const broken = new Error("broken");
      await assert.rejects(inline({ input, output: { write: () => Promise.reject(broken) } }), (error) =>
        error === broken);
    }));

  test("refuses bad options with what was expected and found", { timeout }, async () => {
    const good = { input: "a", output: "b" };
    const cases: [Partial<Record<keyof LowercaseOptions, unknown>>, RegExp][] = [
      [{ processes: 0 }, /processes to be a whole number from 1, found 0$/],
      [{ processes: 1.5 }, /found 1\.5$/],
      [{ chunkBytes: 1000 }, /chunkBytes to be a multiple of 4096 up to \d+, found 1000$/],
      [{ chunkBytes: 0 }, /found 0$/],
      [{ invalid: "ignore" }, /expected "pass", "error" or "replace", found "ignore"$/],
      [{ input: [] }, /^There is no input/],
      [{ input: 5 }, /expected a path, paths or an async iterable of bytes, found 5$/],
      [{ input: [""] }, /expected a path, found ""$/],
      [{ output: undefined }, /expected a path or an object with a write method, found undefined$/],
    ];
    for (const [bad, message] of cases) {
      await assert.rejects(inline({ ...good, ...bad } as LowercaseOptions), { message });
    }
    await assert.rejects(inline({ input: ".", output: "./inside" }), OutputConflictError);
  });
});
