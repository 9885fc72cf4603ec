import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { checkOutcome, type Outcome, suiteOutcome } from "./outcome.ts";
import { runCommand } from "./run_command.ts";

/** Where a step finds and leaves things. */
export interface StepContext {
  readonly root: string;
  /** Folder of the logs and reports. */
  readonly logs: string;
  /** The test files to run, as paths from the root. */
  readonly testFiles: readonly string[];
  /** Whether these are all test files that there are. */
  readonly isWholeSuite: boolean;
  /** Milliseconds that one runtime has for the whole suite. */
  readonly suiteDeadline: number;
}

/** One step of the run. */
export interface Step {
  readonly name: string;
  readonly title: string;
  run(context: StepContext): Promise<Outcome>;
}

const checkDeadline = 120_000;
const entryPoints = ["mod.ts", "src/text/mod.ts"];

function check(name: string, title: string, command: string, args: readonly string[]): Step {
  return {
    name,
    title,
    async run({ root, logs }) {
      const log = join(logs, `${name}.log`);
      return checkOutcome(
        title,
        await runCommand(join(root, "node_modules/.bin", command), args, { cwd: root, deadline: checkDeadline, log }),
      );
    },
  };
}

/** The checks, quick ones first. */
export const checks: readonly Step[] = [
  check("types", "Type check", "tsc", ["-p", "."]),
  check("layers", "Layer check", "node", ["scripts/check_layers.ts"]),
  check("conformance", "List of Python's behaviours", "node", ["scripts/check_conformance.ts"]),
  check("lint", "Lint", "deno", ["lint"]),
  check("fmt", "Format", "deno", ["fmt", "--check"]),
  check("tables", "Generated case tables", "node", ["scripts/generate_case_tables.ts", "--check"]),
  check("corpus", "Generated corpus", "node", ["scripts/generate_corpus.ts", "--check"]),
  check("doc", "Documentation of the public names", "deno", ["doc", "--quiet", "--lint", ...entryPoints]),
  check("publish", "Publishing to JSR, dry run", "deno", ["publish", "--dry-run", "--allow-dirty"]),
  {
    name: "examples",
    title: "Examples in the documentation",
    async run({ root, logs }) {
      const report = join(logs, "examples.xml");
      rmSync(report, { force: true });
      const args = ["test", "--doc", "--allow-all", "--no-check", `--junit-path=${report}`, "mod.ts", "src"];
      const log = join(logs, "examples.log");
      const result = await runCommand(join(root, "node_modules/.bin/deno"), args, {
        cwd: root,
        deadline: checkDeadline,
        log,
      });
      return suiteOutcome(this.title, result, read(report), root, undefined);
    },
  },
];

interface Runner {
  readonly name: string;
  readonly title: string;
  args(report: string, files: readonly string[], isWholeSuite: boolean): string[];
}

const runners: readonly Runner[] = [
  {
    name: "node",
    title: "Node",
    args: (report, files) => [
      "--test",
      "--test-reporter=junit",
      `--test-reporter-destination=${report}`,
      "--test-reporter=spec",
      "--test-reporter-destination=stdout",
      ...files,
    ],
  },
  {
    name: "deno",
    title: "Deno",
    // Deno keeps the order of a folder's files (the runtime's identity first), and not that of a list of files.
    args: (report, files, isWholeSuite) => [
      "test",
      "--allow-all",
      "--no-check",
      `--junit-path=${report}`,
      ...(isWholeSuite ? ["tests"] : files),
    ],
  },
  {
    name: "bun",
    title: "Bun",
    // Bun's own limit of 5 s a test gives way to the one that each test states.
    args: (report, files) => [
      "test",
      "--timeout=600000",
      "--reporter=junit",
      `--reporter-outfile=${report}`,
      ...files.map((file) => `./${file}`),
    ],
  },
];

/** The whole suite, once on each runtime. */
export const suites: readonly Step[] = runners.map(({ name, title, args }) => ({
  name,
  title,
  async run({ root, logs, testFiles, isWholeSuite, suiteDeadline }) {
    const report = join(logs, `${name}.xml`);
    rmSync(report, { force: true });
    const result = await runCommand(join(root, "node_modules/.bin", name), args(report, testFiles, isWholeSuite), {
      cwd: root,
      env: { MANYHANDS_EXPECT_RUNTIME: name },
      deadline: suiteDeadline,
      log: join(logs, `${name}.log`),
    });
    return suiteOutcome(title, result, read(report), root, testFiles);
  },
}));

function read(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}
