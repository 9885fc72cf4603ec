/**
 * Measures this project beside others and prints what it found: `npm run bench [-- SECTION…] [OPTIONS]`; README.md
 * beside this file tells the sections and the options.
 */
import process from "node:process";
import { buildPackage } from "./frame/build_package.ts";
import { commitOf, load, machine } from "./frame/machine.ts";
import { options } from "./frame/options.ts";
import type { SectionRecord } from "./frame/record.ts";
import { writeRecord } from "./frame/record_files.ts";
import { roundOf, runSection } from "./frame/run_section.ts";
import { benchFile } from "./frame/runtimes.ts";
import type { Section } from "./frame/section.ts";
import { tables } from "./frame/table.ts";
import { versions } from "./frame/versions.ts";
import { dispatchSection } from "./sections/dispatch.ts";
import { kernelsSection } from "./sections/kernels.ts";
import { lowerSection } from "./sections/lower.ts";
import { pythonSection } from "./sections/python.ts";

const {
  sections: wanted,
  runtimes,
  rounds,
  deadlineSeconds,
  mebibytes,
  folder,
} = options(process.argv.slice(2));

const makers: Readonly<{ [name: string]: () => Section }> = {
  dispatch: () => dispatchSection(runtimes),
  python: () => pythonSection(runtimes),
  kernels: () => kernelsSection(runtimes),
  lower: () => lowerSection(runtimes, mebibytes),
};

buildPackage();
const date = new Date().toISOString();
const loadBefore = load();
const sections: SectionRecord[] = [];
for (const name of wanted) {
  const section = makers[name]!();
  const processes = rounds * roundOf(section.contests).length;
  let started = 0;
  const record = await runSection(section, {
    rounds,
    deadlineSeconds,
    onStart: (round, { contestants, column }) => {
      if (!process.stderr.isTTY) return;
      const part = `${++started} of ${processes}`;
      process.stderr.write(
        `\r\x1b[K${name}, round ${round + 1}, ${part}: ${contestants[0]} on ${column}`,
      );
    },
  });
  if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");
  console.log(`\n${tables(record)}`);
  sections.push(record);
}
const paths = writeRecord(folder, {
  format: 1,
  date,
  commit: commitOf(benchFile("..")),
  machine: machine(),
  load: [loadBefore, load()],
  versions: versions(),
  sections,
});
console.log(`\nRecorded in ${paths.join(", ")}`);
