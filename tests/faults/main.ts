/**
 * `npm run faults`: plays the whole matrix on the three runtimes and prints what is not as it must be.
 *
 *     npm run faults                         everything; then writes docs/faults.md and the table in README.md
 *     npm run faults -- node /apply/worker   one runtime, and the cells whose names have that in them
 *     npm run faults -- missing              cells that were not played lately or did not come to what is promised
 *     npm run faults -- page                 writes both by what the parts came to that were played lately
 */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { allCells, type Cell, cellName, contexts, type Runtime, runtimes, subjects } from "./cell.ts";
import { expectationOf } from "./expectations.ts";
import { playMatrix, type Verdict } from "./matrix.ts";
import { readmeTable, withTable } from "./readme_table.ts";
import { isMissing, Results } from "./results.ts";
import { summary } from "./summary.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const results = new Results(join(root, "node_modules/.manyhands-logs/faults.jsonl"));
const args = process.argv.slice(2);
const chosen = runtimes.filter((runtime) => args.includes(runtime));
const [isPage, isForMissing] = [args.includes("page"), args.includes("missing")];
const parts = args.filter((arg) => ![...runtimes, "page", "missing"].includes(arg));
let failures = 0;
if (args.length === 0) results.clear();

await Promise.all((isPage ? [] : chosen.length === 0 ? runtimes : chosen).map(playOn));
if (isPage || args.length === 0) writePage();
process.exitCode = failures === 0 ? 0 : 1;

function writePage(): void {
  const played = new Map(runtimes.map((runtime) => [runtime, results.of(runtime)]));
  const [page, readme] = [join(root, "docs/faults.md"), join(root, "README.md")];
  writeFileSync(page, summary(played));
  writeFileSync(readme, withTable(readFileSync(readme, "utf8"), readmeTable(played)));
  spawnSync(join(root, "node_modules/.bin/deno"), ["fmt", "--quiet", page, readme]);
  console.log("docs/faults.md and the table in README.md are written");
}

async function playOn(runtime: Runtime): Promise<void> {
  const began = performance.now();
  let [passed, again, failed] = [0, 0, 0];
  const onVerdict = (verdict: Verdict): void => {
    if (verdict.expected.kind === "absent") return;
    results.add(runtime, verdict);
    const { cell, problem, firstProblem } = verdict;
    if (problem !== undefined) failed++;
    else if (firstProblem !== undefined) again++;
    if (problem === undefined) passed++;
    const outcome = problem === undefined ? "again " : "FAILED";
    const text = problem ?? firstProblem;
    if (text !== undefined) console.log(`${outcome} ${runtime} ${cellName(cell)}: ${text.trimEnd()}`);
  };
  const wanted = wantedOn(runtime);
  for (const group of groups(wanted)) {
    await playMatrix(group, {
      runtime,
      command: join(root, "node_modules/.bin", runtime),
      jobs: Number(process.env["MANYHANDS_FAULTS_JOBS"] ?? 2),
      onVerdict,
    });
  }
  failures += failed;
  const absent = wanted.filter((cell) => expectationOf(cell, runtime).kind === "absent").length;
  const seconds = ((performance.now() - began) / 1000).toFixed(0);
  console.log(
    `${runtime}: ${passed} passed (${again} at the second try), ${failed} failed, ` +
      `${absent} do not exist (${seconds} s)`,
  );
}

function wantedOn(runtime: Runtime): Cell[] {
  const cells = isForMissing ? results.of(runtime).filter(isMissing).map(({ cell }) => cell) : allCells();
  return cells.filter((cell) => parts.every((part) => cellName(cell).includes(part)));
}

/** The cells by whose work they are in and where, so that the second try of what failed comes soon. */
function groups(cells: readonly Cell[]): Cell[][] {
  return subjects.flatMap((subject) =>
    contexts.map((context) => cells.filter((cell) => cell.subject === subject && cell.context === context))
  ).filter((group) => group.length > 0);
}
