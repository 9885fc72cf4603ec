import { relative, resolve } from "node:path";
import { parseJunit, type TestCase } from "./junit.ts";
import type { CommandResult } from "./run_command.ts";

/** One thing that failed. */
export interface Failure {
  readonly title: string;
  readonly detail: string;
}

/** What one step of the run adds to the sum. */
export interface Outcome {
  readonly passed: number;
  readonly skipped: number;
  readonly failures: readonly Failure[];
}

/** The outcome of a check that has no tests in it: it counts as one. */
export function checkOutcome(title: string, result: CommandResult): Outcome {
  if (result.problem === undefined) return { passed: 1, skipped: 0, failures: [] };
  return {
    passed: 0,
    skipped: 0,
    failures: [{ title: `${title} ${result.problem}`, detail: lastLines(result.output, 200) }],
  };
}

/**
 * The outcome of a test runner, by the report it wrote.
 *
 * The report alone isn't believed: a file of which no test is in it, a run without tests, and a runner that ended badly
 * while all its tests passed are failures, too.
 *
 * @param files the test files that had to run, as paths from the root; undefined where the tests aren't in files of their own
 */
export function suiteOutcome(
  title: string,
  result: CommandResult,
  junit: string | undefined,
  root: string,
  files: readonly string[] | undefined,
): Outcome {
  const failures: Failure[] = [];
  const cases = parseJunit(junit ?? "").map((one) => ({ ...one, file: relative(root, resolve(root, one.file)) }));
  const tests = cases.filter((one) => !one.isContainer && !standsForFile(one));
  for (const test of cases.filter((one) => !one.isContainer && one.result === "failed")) {
    // Of a file that failed to load, Node's report doesn't tell why; its output does.
    const detail = standsForFile(test) ? linesAbout(result.output, test.file) : test.detail;
    failures.push({ title: `${title}: ${test.file}: ${test.name}`, detail });
  }
  if (result.timedOut) {
    failures.push({ title: `${title} ${result.problem}; the end of its output`, detail: whatIsKnown(result.output) });
  } else if (tests.length === 0) {
    failures.push({ title: `${title} ran no test`, detail: lastLines(result.output, 100) });
  } else {
    for (const file of files ?? []) {
      if (cases.some((one) => one.file === file && (one.result === "failed" || !standsForFile(one)))) continue;
      failures.push({ title: `${title}: no test of ${file} ran`, detail: linesAbout(result.output, file) });
    }
    if (result.problem !== undefined && failures.length === 0) {
      failures.push({
        title: `${title} ${result.problem}, though no test failed`,
        detail: lastLines(result.output, 100),
      });
    }
  }
  const count = (kind: TestCase["result"]): number => tests.filter((one) => one.result === kind).length;
  return { passed: count("passed"), skipped: count("skipped"), failures };
}

/** Node lists a file without tests, and one that fails to load, as a test of the file's name. */
function standsForFile(one: TestCase): boolean {
  return one.name.endsWith("_test.ts") && one.file.endsWith(one.name);
}

/** Of a runner that was stopped: Node and Bun write no report then, so failures before the end are taken from the output. */
function whatIsKnown(output: string): string {
  const lines = output.trimEnd().split("\n");
  const failed = lines.slice(0, -80).filter((line) => /^\s*(?:✖|\(fail\)) |\.\.\. FAILED/.test(line));
  return [...failed, ...lines.slice(-80)].join("\n");
}

function lastLines(text: string, count: number): string {
  return text.trimEnd().split("\n").slice(-count).join("\n");
}

/** The part of a runner's output that may tell why a file did not run: from its first naming on. */
function linesAbout(output: string, file: string): string {
  const lines = output.split("\n");
  const at = lines.findIndex((line) => line.includes(file));
  return lines.slice(Math.max(at, 0), Math.max(at, 0) + 30).join("\n");
}
