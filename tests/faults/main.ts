/**
 * `npm run faults`: plays the whole matrix on the three runtimes and prints what is not as it must be.
 *
 *     npm run faults                         everything; writes docs/faults.md where all is well
 *     npm run faults -- node /apply/worker   one runtime, and the cells whose names have that in them
 *
 * What a part of the matrix came to is kept beside the logs; once all parts were played, the page is written too.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { allCells, cellName, type Runtime, runtimes } from "./cell.ts";
import { expectationOf } from "./expectations.ts";
import { playMatrix, type Verdict } from "./matrix.ts";
import { summary } from "./summary.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const kept = join(root, "node_modules/.manyhands-logs/faults.json");
const args = process.argv.slice(2);
const chosen = runtimes.filter((runtime) => args.includes(runtime));
const parts = args.filter((arg) => !runtimes.includes(arg as Runtime));
const cells = allCells().filter((cell) => parts.every((part) => cellName(cell).includes(part)));
const isWhole = parts.length === 0 && chosen.length === 0;

/** What was found of each cell, by runtime and name. */
const found: Record<string, Verdict> = isWhole || !existsSync(kept) ? {} : JSON.parse(readFileSync(kept, "utf8"));
let failures = 0;

for (const runtime of chosen.length === 0 ? runtimes : chosen) {
  const began = performance.now();
  const verdicts = await playMatrix(cells, {
    runtime,
    command: join(root, "node_modules/.bin", runtime),
    jobs: Number(process.env["MANYHANDS_FAULTS_JOBS"] ?? 2),
    onVerdict({ cell, problem, firstProblem }) {
      if (problem !== undefined) console.log(`FAILED ${runtime} ${cellName(cell)}: ${problem.trimEnd()}`);
      else if (firstProblem !== undefined) {
        console.log(`again  ${runtime} ${cellName(cell)}: ${firstProblem.trimEnd()}`);
      }
    },
  });
  const latest = existsSync(kept) && !isWhole ? JSON.parse(readFileSync(kept, "utf8")) as typeof found : {};
  Object.assign(found, latest, Object.fromEntries(verdicts.map((one) => [`${runtime} ${cellName(one.cell)}`, one])));
  mkdirSync(dirname(kept), { recursive: true });
  writeFileSync(kept, JSON.stringify(found));
  const absent = verdicts.filter(({ expected }) => expected.kind === "absent").length;
  const failed = verdicts.filter(({ problem }) => problem !== undefined).length;
  const again = verdicts.filter(({ problem, firstProblem }) =>
    problem === undefined && firstProblem !== undefined
  ).length;
  failures += failed;
  const seconds = ((performance.now() - began) / 1000).toFixed(0);
  console.log(
    `${runtime}: ${verdicts.length - absent - failed} passed (${again} at the second try), ${failed} failed, ` +
      `${absent} do not exist (${seconds} s)`,
  );
}

const played = new Map(runtimes.map((runtime) => [
  runtime,
  allCells().map((cell): Verdict =>
    found[`${runtime} ${cellName(cell)}`] ??
      { cell, expected: expectationOf(cell, runtime), found: "nothing", problem: "not played" }
  ),
]));
const open = [...played.values()].flat().filter(({ problem, expected }) =>
  problem !== undefined && expected.kind !== "absent"
);
if (open.length === 0) {
  writeFileSync(join(root, "docs/faults.md"), summary(played));
  console.log("docs/faults.md is written");
} else console.log(`docs/faults.md is not written: ${open.length} cells failed or were not played`);
process.exitCode = failures === 0 ? 0 : 1;
