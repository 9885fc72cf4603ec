/**
 * Checks docs/conformance.md: `node scripts/check_conformance.ts`. Every behaviour on it is named by the title of a test in
 * the file that the list gives, or has a reason. `--write` brings the files of the list up to date.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { faultsOf, readBehaviours, withFiles } from "./conformance/behaviour_list.ts";
import { testTitles } from "./conformance/test_titles.ts";
import { listFiles } from "./list_files.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const list = join(root, "docs/conformance.md");
const tests = listFiles(root, "tests", (path) => path.endsWith("_test.ts"))
  .flatMap((file) => testTitles(file, readFileSync(join(root, file), "utf8")));

if (process.argv.includes("--write")) writeFileSync(list, withFiles(readFileSync(list, "utf8"), tests));
const behaviours = readBehaviours(readFileSync(list, "utf8"));
const faults = faultsOf(behaviours, tests);
for (const fault of faults) console.error(fault);
const tested = behaviours.filter(({ where }) => where.startsWith("tests/")).length;
console.log(`${behaviours.length} behaviours, ${tested} with a test, ${faults.length} faults`);
process.exitCode = faults.length === 0 ? 0 : 1;
