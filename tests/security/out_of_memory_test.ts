import assert from "node:assert/strict";
import * as fs from "node:fs";
import process from "node:process";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { commandLine, endOf, programLine, runCommand } from "../cli/run_command.ts";
import { inTemporaryFolder } from "../text/temporary_folder.ts";
import { MemoryGroup, noMemoryGroups } from "./memory_group.ts";

/** `MANYHANDS_MEMORY_MINUTES` gives slow machines more of them. */
const timeout = 60_000 * Number(process.env["MANYHANDS_MEMORY_MINUTES"] ?? 2);
const program = fileURLToPath(new URL("./fixtures/memory_program.ts", import.meta.url));
const ENOUGH = 600 * 2 ** 20;

async function inGroup(test: (group: MemoryGroup) => Promise<void>): Promise<void> {
  const group = new MemoryGroup(ENOUGH);
  try {
    await test(group);
  } finally {
    await group.remove();
  }
}

describe("Where the system has no memory left", () => {
  test(
    "it ends the process of a pool that takes most, and the pool goes on",
    { timeout, skip: noMemoryGroups },
    () =>
      inGroup(async (group) => {
        const { code, stdout } = await endOf(group.start(programLine(program, ["process"])));
        assert.ok(group.ended >= 1);
        const [, line] = stdout.split("\n");
        const { before, end, after } = JSON.parse(line!);
        assert.deepEqual([before, after], [[2, 4, 6, 8], [10, 12, 14, 16]]);
        assert.deepEqual(end, { reason: "killed", code: -9 });
        assert.equal(code, 0);
        await group.empty();
      }),
  );

  test(
    "threads end with their program, and nothing of it runs on",
    { timeout, skip: noMemoryGroups },
    () =>
      inGroup(async (group) => {
        const { code, stdout } = await endOf(group.start(programLine(program, ["worker"])));
        assert.deepEqual([code, stdout], [null, "started\n"]);
        assert.equal(group.ended, 1);
        await group.empty();
      }),
  );

  for (const context of ["worker", "process"] as const) {
    test(
      `the end of the program ends its workers too (${context})`,
      { timeout, skip: noMemoryGroups },
      () =>
        inGroup(async (group) => {
          const child = group.start(programLine(program, [context]));
          const end = endOf(child);
          await new Promise((resolve) => child.stdout!.once("data", resolve));
          await group.starve();
          assert.equal((await end).code, null);
          assert.ok(group.ended >= 1);
        }),
    );
  }

  for (const command of ["lower", "map"] as const) {
    test(
      `${command} leaves no part of an output under its name, and --resume ends it exactly`,
      { timeout, skip: noMemoryGroups },
      () =>
        inTemporaryFolder(async (folder) => {
          const lines = Array.from({ length: 60_000 }, (_, index) => `LINE ${index} ÄRGER Привет`);
          folder.write("in.txt", lines.join("\n") + "\n");
          folder.write("package.json", '{ "type": "module" }');
          folder.write("lower.mjs", "export default (line) => line.toLowerCase();");
          const output = folder.at("out.txt");
          const args = [
            ...(command === "map" ? ["map", folder.at("lower.mjs")] : ["lower"]),
            ...[folder.at("in.txt"), "-o", output, "--chunk-size", "4K", "--workers", "2", "--resume"],
            ...["--progress", "none"],
          ];
          await inGroup(async (group) => {
            const child = group.start(commandLine(args));
            const end = endOf(child);
            const journal = folder.at(".out.txt.manyhands-journal");
            let hasEnded = false;
            void end.then(() => hasEnded = true);
            while (!hasEnded && !(fs.existsSync(journal) && fs.readFileSync(journal, "utf8").includes('"note":'))) {
              await new Promise((resolve) => setTimeout(resolve, 5));
            }
            await group.starve();
            assert.equal((await end).code, null);
            assert.equal(group.ended, 1);
          });
          assert.equal(fs.existsSync(output), false);
          const { code, stdout, stderr } = await runCommand([...args, "--json", "--quiet"]);
          assert.deepEqual([code, stderr], [0, ""]);
          assert.ok(JSON.parse(stdout).bytesResumed > 0);
          assert.ok(folder.read("out.txt") === folder.read("in.txt").toLowerCase());
          assert.deepEqual(folder.files().filter((name) => name.startsWith(".")), []);
        }),
    );
  }
});
