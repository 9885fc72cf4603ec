/**
 * `npm run faults`: plays the whole matrix on the three runtimes and prints what is not as it must be.
 *
 *     npm run faults                         everything; writes docs/faults.md where all is well
 *     npm run faults -- node /apply/worker   one runtime, and the cells whose names have that in them
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { allCells, cellName, type Runtime, runtimes } from "./cell.ts";
import { playMatrix, type Verdict } from "./matrix.ts";
import { summary } from "./summary.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const args = process.argv.slice(2);
const chosen = runtimes.filter((runtime) => args.includes(runtime));
const parts = args.filter((arg) => !runtimes.includes(arg as Runtime));
const cells = allCells().filter((cell) => parts.every((part) => cellName(cell).includes(part)));
const played = new Map<Runtime, Verdict[]>();

for (const runtime of chosen.length === 0 ? runtimes : chosen) {
  const began = performance.now();
  const verdicts = await playMatrix(cells, {
    runtime,
    command: join(root, "node_modules/.bin", runtime),
    jobs: Number(process.env["MANYHANDS_FAULTS_JOBS"] ?? 2),
    onVerdict({ cell, problem }) {
      if (problem !== undefined) console.log(`FAILED ${runtime} ${cellName(cell)}: ${problem.trimEnd()}`);
    },
  });
  played.set(runtime, verdicts);
  const seconds = ((performance.now() - began) / 1000).toFixed(0);
  const absent = verdicts.filter(({ expected }) => expected.kind === "absent").length;
  const failed = verdicts.filter(({ problem }) => problem !== undefined).length;
  console.log(
    `${runtime}: ${verdicts.length - absent - failed} passed, ${failed} failed, ${absent} do not exist (${seconds} s)`,
  );
}
const isGood = [...played.values()].flat().every(({ problem }) => problem === undefined);
if (isGood && parts.length === 0 && chosen.length === 0) {
  writeFileSync(join(root, "docs/faults.md"), summary(played));
  console.log("docs/faults.md is written");
}
process.exitCode = isGood ? 0 : 1;
