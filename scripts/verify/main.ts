/**
 * The one gate: `npm test` runs every check, then the whole suite on Node, Deno and Bun, and ends with one line
 * `N passed, N failed`. `npm test -- node tests/memory` runs a part.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { listFiles } from "../list_files.ts";
import type { Failure, Outcome } from "./outcome.ts";
import { killRunningCommands } from "./run_command.ts";
import { select, type Selection } from "./selection.ts";
import { checks, type StepContext, suites } from "./steps.ts";

/** Asserts which runtime runs, so it comes first. */
const firstTest = "tests/a_runtime_test.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const logs = join(root, "node_modules/.manyhands-logs");
const allTests = listFiles(root, "tests", (path) => path.endsWith("_test.ts"));

function isUnder(file: string, path: string): boolean {
  return file === path || file.startsWith(`${path}/`);
}

function readSelection(): Selection {
  const names = (steps: readonly { name: string }[]): string[] => steps.map((step) => step.name);
  try {
    return select(
      process.argv.slice(2),
      names(checks),
      names(suites),
      (path) => allTests.some((file) => isUnder(file, path)),
    );
  } catch (error) {
    console.error((error as Error).message);
    process.exit(2);
  }
}

function readDeadline(): number {
  const seconds = Number(process.env.MANYHANDS_SUITE_SECONDS ?? 660);
  if (seconds > 0) return seconds * 1000;
  console.error(
    `MANYHANDS_SUITE_SECONDS must be a number of seconds above 0, found "${process.env.MANYHANDS_SUITE_SECONDS}"`,
  );
  process.exit(2);
}

function sumLine(passed: number, failed: number, skipped: number): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

function sumOf(outcome: Outcome): string {
  return sumLine(outcome.passed, outcome.failures.length, outcome.skipped);
}

function printFailure({ title, detail }: Failure): void {
  console.log(`\nFAILED ${title}`);
  if (detail !== "") console.log(detail.replace(/^/gm, "    "));
}

const selection = readSelection();
const chosen = allTests.filter((file) =>
  file !== firstTest && (selection.paths.length === 0 || selection.paths.some((path) => isUnder(file, path)))
);
const context: StepContext = {
  root,
  logs,
  testFiles: [firstTest, ...chosen],
  isWholeSuite: selection.paths.length === 0,
  suiteDeadline: readDeadline(),
};
mkdirSync(logs, { recursive: true });
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    killRunningCommands();
    process.exit(130);
  });
}

const outcomes: Outcome[] = [];
for (const step of [...checks, ...suites]) {
  if (!selection.steps.includes(step.name)) continue;
  const start = performance.now();
  const outcome = await step.run(context);
  outcomes.push(outcome);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  const mark = outcome.failures.length === 0 ? "ok    " : "FAILED";
  console.log(`${mark} ${step.name.padEnd(8)} ${step.title}: ${sumOf(outcome)} (${seconds} s)`);
}
const failures = outcomes.flatMap((outcome) => outcome.failures);
for (const failure of failures) printFailure(failure);

const sum = (count: (outcome: Outcome) => number): number => outcomes.reduce((total, one) => total + count(one), 0);
console.log(failures.length === 0 ? "" : `\nFull logs: ${logs}`);
console.log(sumLine(sum((one) => one.passed), failures.length, sum((one) => one.skipped)));
process.exitCode = failures.length === 0 ? 0 : 1;
