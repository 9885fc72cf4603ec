import assert from "node:assert/strict";
import * as fs from "node:fs";
import { describe, test } from "node:test";
import { OutputConflictError } from "../../src/core/errors.ts";
import { planText, type TextPlan } from "../../src/text/text_plan.ts";
import { inTemporaryFolder, type TemporaryFolder } from "./temporary_folder.ts";

const timeout = 10_000;

function targets(plan: TextPlan, folder: TemporaryFolder): [string, string | undefined][] {
  const relative = (path: string | undefined) => path?.replace(`${folder.path}/`, "");
  return Array.from(plan.sources, ({ path, target }) => [relative(path)!, relative(target)]);
}

function refused(message: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof OutputConflictError && message.test(error.message);
}

describe("planText", () => {
  test("sends one file to a file", { timeout }, () =>
    inTemporaryFolder(async (folder) => {
      const input = folder.write("a.txt", "abc");
      const plan = await planText([input], { path: folder.at("b.txt") });
      assert.deepEqual(targets(plan, folder), [["a.txt", "b.txt"]]);
      assert.equal(plan.bytesTotal, 3);
    }));

  test(
    "sends one file into a folder, existing or named with a slash",
    { timeout },
    () =>
      inTemporaryFolder(async (folder) => {
        const input = folder.write("a.txt", "abc");
        fs.mkdirSync(folder.at("there"));
        assert.deepEqual(targets(await planText([input], { path: folder.at("there") }), folder), [[
          "a.txt",
          "there/a.txt",
        ]]);
        assert.deepEqual(targets(await planText([input], { path: `${folder.at("new")}/` }), folder), [[
          "a.txt",
          "new/a.txt",
        ]]);
      }),
  );

  test(
    "mirrors a folder under the output, in the order of names",
    { timeout },
    () =>
      inTemporaryFolder(async (folder) => {
        for (const name of ["in/b.txt", "in/a/z.txt", "in/a/y/x.txt", "in/.hidden"]) folder.write(name, name);
        const plan = await planText([folder.at("in")], { path: folder.at("out") });
        assert.deepEqual(targets(plan, folder), [
          ["in/.hidden", "out/.hidden"],
          ["in/a/y/x.txt", "out/a/y/x.txt"],
          ["in/a/z.txt", "out/a/z.txt"],
          ["in/b.txt", "out/b.txt"],
        ]);
      }),
  );

  test(
    "gives each of several inputs its place under its own name",
    { timeout },
    () =>
      inTemporaryFolder(async (folder) => {
        for (const name of ["one/a.txt", "two/a.txt", "c.txt"]) folder.write(name, name);
        const plan = await planText([folder.at("two"), folder.at("one"), folder.at("c.txt")], {
          path: folder.at("out"),
        });
        assert.deepEqual(targets(plan, folder), [
          ["two/a.txt", "out/two/a.txt"],
          ["one/a.txt", "out/one/a.txt"],
          ["c.txt", "out/c.txt"],
        ]);
      }),
  );

  test(
    "follows links, but not back into a folder that they lie in",
    { timeout },
    () =>
      inTemporaryFolder(async (folder) => {
        folder.write("real/a.txt", "a");
        folder.write("in/b.txt", "b");
        fs.symlinkSync(folder.at("real"), folder.at("in/linked"));
        fs.symlinkSync(folder.at("in"), folder.at("in/loop"));
        fs.symlinkSync(folder.at("nowhere"), folder.at("in/dangling"));
        const plan = await planText([folder.at("in")], { path: folder.at("out") });
        assert.deepEqual(targets(plan, folder), [["in/b.txt", "out/b.txt"], ["in/linked/a.txt", "out/linked/a.txt"]]);
        assert.deepEqual(plan.failed.map(({ error }) => error.message.replaceAll(`${folder.path}/`, "")), [
          "Cannot read in/dangling: it is a link to nothing",
          "Cannot read in/loop: it is a link back to a folder that it lies in",
        ]);
      }),
  );

  test("reports a missing input and goes on with the others", { timeout }, () =>
    inTemporaryFolder(async (folder) => {
      const input = folder.write("a.txt", "abc");
      const plan = await planText([folder.at("missing.txt"), input], { path: folder.at("out") });
      assert.deepEqual(plan.failed.map(({ path }) => path), [folder.at("missing.txt")]);
      assert.deepEqual(targets(plan, folder), [["a.txt", "out/a.txt"]]);
    }));

  test("refuses an output that is the input, by whatever path", { timeout }, () =>
    inTemporaryFolder(async (folder) => {
      const input = folder.write("in/a.txt", "abc");
      fs.symlinkSync(input, folder.at("link.txt"));
      for (const output of [input, folder.at("link.txt"), folder.at("in"), `${folder.at("in")}/./a.txt`]) {
        await assert.rejects(
          () => planText([input], { path: output }),
          refused(/^The output .* is the input .* itself$/),
        );
      }
      await assert.rejects(
        () => planText([folder.at("in")], { path: folder.at("in") }),
        refused(/is the input folder .* itself/),
      );
    }));

  test("refuses an output inside an input folder", { timeout }, () =>
    inTemporaryFolder(async (folder) => {
      folder.write("in/a.txt", "abc");
      await assert.rejects(
        () => planText([folder.at("in")], { path: folder.at("in/out") }),
        refused(/lies inside the input folder/),
      );
    }));

  test(
    "refuses outputs that would overwrite another input or each other",
    { timeout },
    () =>
      inTemporaryFolder(async (folder) => {
        for (const name of ["one/a.txt", "two/a.txt", "out/one/a.txt"]) folder.write(name, name);
        const inputs = [folder.at("one/a.txt"), folder.at("two/a.txt")];
        await assert.rejects(
          () => planText(inputs, { path: folder.at("new") }),
          refused(/have the same output .*new\/a\.txt$/),
        );
        await assert.rejects(
          () => planText([folder.at("one"), folder.at("out/one/a.txt")], { path: folder.at("out") }),
          refused(/^The output of .*one\/a\.txt would overwrite the input .*out\/one\/a\.txt$/),
        );
      }),
  );

  test(
    "tells folders of one name apart by their files, and names of one output",
    { timeout },
    () =>
      inTemporaryFolder(async (folder) => {
        for (const name of ["one/in/a", "one/in/b", "two/in/c", "two/in/deep/d"]) folder.write(name, name);
        const inputs = [folder.at("one/in"), folder.at("two/in")];
        const output = { path: folder.at("new") };
        const { count } = await planText(inputs, output);
        assert.equal(count, 4);
        folder.write("two/in/b", "another b");
        await assert.rejects(
          () => planText(inputs, output),
          refused(/^The inputs .*one\/in\/b and .*two\/in\/b have the same output .*new\/in\/b$/),
        );
        const choices = { decompress: "auto", compress: "gzip" } as const;
        folder.write("one/in/b.gz", "");
        await assert.rejects(
          () => planText([folder.at("one")], output, choices),
          refused(/^The inputs .*one\/in\/b and .*one\/in\/b\.gz have the same output .*new\/in\/b\.gz$/),
        );
        await planText([folder.at("two")], output, choices);
      }),
  );

  test(
    "refuses a file as the output of a folder or of several inputs",
    { timeout },
    () =>
      inTemporaryFolder(async (folder) => {
        const [one, two] = [folder.write("in/a.txt", "a"), folder.write("in/b.txt", "b")];
        const output = { path: folder.write("out.txt", "") };
        await assert.rejects(
          () => planText([folder.at("in")], output),
          refused(/is a file, but the input .*in is a folder/),
        );
        await assert.rejects(() => planText([one, two], output), refused(/is a file, but 2 inputs need a folder/));
      }),
  );

  test(
    "refuses a folder as the output of a stream, and standard input twice",
    { timeout },
    () =>
      inTemporaryFolder(async (folder) => {
        await assert.rejects(() => planText(["-"], { path: folder.path }), refused(/standard input has no file name/));
        await assert.rejects(() => planText(["-", "-"], "writer"), refused(/more than once/));
      }),
  );
});
