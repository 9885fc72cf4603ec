/**
 * Prints ratios measured side by side: `npm run bench [-- SECTION…] [--rounds N] [--mebibytes N] [--runtime NAME]…`.
 * README.md beside this file says what is measured and what is not.
 */
import process from "node:process";
import { parseArgs } from "node:util";
import { dispatchSection } from "./dispatch_section.ts";
import { kernelsSection } from "./kernels_section.ts";
import { lowerSection } from "./lower_section.ts";
import { pythonSection } from "./python_section.ts";
import { type RuntimeCommand, runtimes } from "./runtimes.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: "string", default: "3" },
    mebibytes: { type: "string", default: "1024" },
    runtime: { type: "string", multiple: true },
  },
});
const sections = ["dispatch", "kernels", "lower", "python"];
const unknown = positionals.find((section) => !sections.includes(section));
if (unknown !== undefined) {
  console.error(`Unknown section ${unknown}: expected ${sections.join(", ")}`);
  process.exit(2);
}
const isWanted = (section: string): boolean => positionals.length === 0 || positionals.includes(section);
const rounds = Number(values.rounds);
const chosen: RuntimeCommand[] = runtimes.filter(({ name }) => values.runtime?.includes(name) ?? true);

for (const runtime of chosen) {
  if (isWanted("dispatch")) await dispatchSection(runtime, rounds);
}
if (isWanted("kernels")) await kernelsSection(chosen, rounds);
if (isWanted("python")) await pythonSection(chosen, rounds);
if (isWanted("lower")) await lowerSection(Number(values.mebibytes), rounds);
