import { type Context, contexts, type Fault, faults, type Runtime } from "./cell.ts";
import type { Verdict } from "./matrix.ts";
import { NOT_PLAYED } from "./matrix.ts";
import { outcomes } from "./summary.ts";

/** The line before the table in README.md, and the one after it. */
const BEGIN = "<!-- npm run faults -->";
const END = "<!-- end -->";

const titles: Readonly<Record<Fault, string>> = {
  "throw": "it throws",
  "throw unencodable": "it throws what can't be sent",
  "reject later": "its promise rejects",
  "exit 0": "`process.exit(0)`",
  "exit 7": "`process.exit(7)`",
  "timer error": "uncaught error in a timer",
  "unhandled rejection": "unhandled rejection",
  "loop": "endless loop",
  "wasm loop": "endless loop in WASM",
  "memory": "out of memory",
  "SIGKILL": "`SIGKILL`",
  "SIGSTOP": "`SIGSTOP`",
};

/** What is heard of a task that runs where a fault comes, by the context; and how many cells of the fault are as promised. */
export function readmeTable(played: ReadonlyMap<Runtime, readonly Verdict[]>): string {
  const lines = [
    `| fault | thread | process | inline | cells as promised |`,
    "| --- | --- | --- | --- | --- |",
    ...faults.map((fault) => {
      const heard = contexts.map((context) => heardOf(fault, context, played));
      return `| ${[titles[fault], ...heard, count(fault, played)].join(" | ")} |`;
    }),
  ];
  return lines.join("\n");
}

/** The text of README.md with another table in it. */
export function withTable(readme: string, table: string): string {
  const [begin, end] = [readme.indexOf(BEGIN), readme.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`README.md has no lines ${BEGIN} and ${END}`);
  return `${readme.slice(0, begin + BEGIN.length)}\n\n${table}\n\n${readme.slice(end)}`;
}

/** The rows of tables as a page has them, without blanks. */
export function rowsOf(text: string): string[][] {
  return text.split("\n").filter((line) => line.startsWith("|")).map((line) =>
    line.split("|").slice(1, -1).map((entry) => entry.trim().replace(/^-+$/, "---"))
  );
}

/** The part of README.md that has the table. */
export function tableOf(readme: string): string {
  return readme.slice(readme.indexOf(BEGIN), readme.indexOf(END));
}

function heardOf(fault: Fault, context: Context, played: ReadonlyMap<Runtime, readonly Verdict[]>): string {
  const verdicts = [...played.values()].flat().filter(({ cell, expected }) =>
    cell.fault === fault && cell.context === context && cell.subject === "apply" && cell.moment === "running" &&
    expected.kind !== "absent"
  );
  return outcomes(verdicts, played, inWords);
}

function inWords({ expected }: Verdict): string {
  if (expected.kind === "program") return expected.ends.map(endInWords).join(" or ");
  if (expected.kind === "absent") return "–";
  const heard = expected.heard.map((one) =>
    one === "RangeError" ? "that error" : one.replace(/^(\w+Error)( .*)?$/, (_, name, how) => `\`${name}\`${how ?? ""}`)
  );
  return heard.join(" or ") + (expected.abandoned === true ? ", the thread is given up" : "");
}

function endInWords(end: string): string {
  return end === "blocks" ? "the program is blocked" : `the program ends: ${end}`;
}

function count(fault: Fault, played: ReadonlyMap<Runtime, readonly Verdict[]>): string {
  const cells = [...played.values()].flat().filter(({ cell, expected }) =>
    cell.fault === fault && expected.kind !== "absent"
  );
  const good = cells.filter(({ found, problem }) => found !== NOT_PLAYED && problem === undefined);
  return `${good.length} of ${cells.length}`;
}
