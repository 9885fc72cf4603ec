/**
 * `npm run faults`: plays the whole matrix on the three runtimes and prints what is not as it must be.
 *
 *     npm run faults                         everything; then writes docs/faults.md
 *     npm run faults -- node /apply/worker   one runtime, and the cells whose names have that in them
 *     npm run faults -- page                 writes the page by what the parts came to that were played lately
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { allCells, cellName, type Runtime, runtimes } from "./cell.ts";
import { expectationOf } from "./expectations.ts";
import { NOT_PLAYED, playMatrix, type Verdict } from "./matrix.ts";
import { summary } from "./summary.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const kept = join(root, "node_modules/.manyhands-logs/faults.json");
const args = process.argv.slice(2);
const chosen = runtimes.filter((runtime) => args.includes(runtime));
const isPage = args.includes("page");
const parts = args.filter((arg) => !runtimes.includes(arg as Runtime) && arg !== "page");
const cells = allCells().filter((cell) => parts.every((part) => cellName(cell).includes(part)));
const isWhole = args.length === 0;

/** What was found of each cell, by runtime and name. */
const found: Record<string, Verdict> = isWhole || !existsSync(kept) ? {} : JSON.parse(readFileSync(kept, "utf8"));
let failures = 0;

for (const runtime of isPage ? [] : chosen.length === 0 ? runtimes : chosen) {
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

if (isWhole || isPage) {
  const played = new Map(runtimes.map((runtime) => [
    runtime,
    allCells().map((cell): Verdict =>
      found[`${runtime} ${cellName(cell)}`] ?? { cell, expected: expectationOf(cell, runtime), found: NOT_PLAYED }
    ),
  ]));
  writeFileSync(join(root, "docs/faults.md"), summary(played));
  console.log("docs/faults.md is written");
}
process.exitCode = failures === 0 ? 0 : 1;
