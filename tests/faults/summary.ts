import { type Context, contexts, type Fault, faults, type Moment, moments, type Runtime, subjects } from "./cell.ts";
import type { Verdict } from "./matrix.ts";

const introduction = `# Faults

What goes wrong, when, in whose work, in which context and on which runtime: \`npm run faults\` plays every combination that
can be and writes this page. In each the caller hears within its deadline what stands here, the pool (or a fresh object,
where the first is ended) answers the next call, and no worker, process, thread or temporary file is left. A cell that
hangs is a failure that tells what was waited for.

- **A thread that its runtime cannot end** (Deno: any that is busy; Bun: one in a loop of WebAssembly) is "given up": its
  task fails, another worker takes its place, \`stats().abandoned\` counts it, and a warning with the code
  \`MANYHANDS_WORKER_LINGERS\` names it. In the context \`"process"\` everything can be ended.
- **A process that was stopped** (\`SIGSTOP\`) does not answer: \`taskTimeout\` and \`terminate\` end it by \`SIGKILL\`. Without
  them it is a slow task.
- **Memory used up** ends a thread on Node alone, and there only where its objects are small: a burst of large ones outruns
  the limit, and the whole program ends. On Deno it always does. In the context \`"process"\` it is the worker that ends.
- **Something that a task left behind and that keeps its thread busy** (a timer that never returns) does not hold up the
  next task for ever where the pool has a \`taskTimeout\`: a worker that begins nothing for that long and two seconds more is
  replaced, and what waits for it goes elsewhere.
- **Inline** nothing guards the program: what ends the thread ends it, and a loop blocks it.
- An initializer that does not return holds the pool up until its calls' \`timeout\` or \`terminate\`; the start of a manager
  until its process is ended.

`;

/** The whole matrix as a page. */
export function summary(played: ReadonlyMap<Runtime, readonly Verdict[]>): string {
  const sections = subjects.flatMap((subject) =>
    contexts.map((context) => {
      const rows = new Map<string, Verdict[]>();
      for (const verdict of [...played.values()].flat()) {
        const { cell } = verdict;
        if (cell.subject !== subject || cell.context !== context || verdict.expected.kind === "absent") continue;
        const key = `${cell.fault}|${cell.moment}`;
        rows.set(key, [...rows.get(key) ?? [], verdict]);
      }
      return rows.size === 0 ? "" : section(subject, context, rows, played);
    })
  );
  return `${introduction}${counts(played)}\n${sections.filter((part) => part !== "").join("\n")}\n${absences(played)}`;
}

function counts(played: ReadonlyMap<Runtime, readonly Verdict[]>): string {
  const lines = ["| runtime | cells that exist | as promised | do not exist |", "| --- | --- | --- | --- |"];
  for (const [runtime, verdicts] of played) {
    const absent = verdicts.filter(({ expected }) => expected.kind === "absent").length;
    const good = verdicts.filter(({ problem, expected }) => problem === undefined && expected.kind !== "absent").length;
    lines.push(`| ${runtime} | ${verdicts.length - absent} | ${good} | ${absent} |`);
  }
  return `${lines.join("\n")}\n`;
}

function section(
  subject: string,
  context: Context,
  rows: ReadonlyMap<string, readonly Verdict[]>,
  played: ReadonlyMap<Runtime, unknown>,
): string {
  const shown = moments.filter((moment) => faults.some((fault) => rows.has(`${fault}|${moment}`)));
  const lines = [
    `## ${subject}, ${context}\n`,
    `| | ${shown.join(" | ")} |`,
    `| --- |${shown.map(() => " --- |").join("")}`,
  ];
  for (const fault of faults) {
    if (!shown.some((moment) => rows.has(`${fault}|${moment}`))) continue;
    lines.push(`| ${fault} | ${shown.map((moment) => entry(fault, moment, rows, played)).join(" | ")} |`);
  }
  return `${lines.join("\n")}\n`;
}

/** What was found, and where not on all runtimes the same, on which. */
function entry(
  fault: Fault,
  moment: Moment,
  rows: ReadonlyMap<string, readonly Verdict[]>,
  played: ReadonlyMap<Runtime, unknown>,
): string {
  const verdicts = rows.get(`${fault}|${moment}`) ?? [];
  const byFinding = new Map<string, Runtime[]>();
  for (const [runtime, all] of played as ReadonlyMap<Runtime, readonly Verdict[]>) {
    const verdict = verdicts.find((one) => all.includes(one));
    if (verdict === undefined) continue;
    const found = (verdict.problem === undefined ? "" : "**not**: ") + promised(verdict);
    byFinding.set(found, [...byFinding.get(found) ?? [], runtime]);
  }
  if (byFinding.size === 0) return "–";
  const entries = [...byFinding];
  if (entries.length === 1 && entries[0]![1].length === played.size) return entries[0]![0];
  return entries.map(([found, where]) => `${found} (${where.join(", ")})`).join("; ");
}

function promised({ expected }: Verdict): string {
  if (expected.kind === "program") return `the program: ${expected.ends.join(" or ")}`;
  if (expected.kind === "absent") return "–";
  return expected.heard.join(" or ") + (expected.abandoned === true ? ", given up" : "");
}

function absences(played: ReadonlyMap<Runtime, readonly Verdict[]>): string {
  const reasons = new Map<string, number>();
  for (const { expected } of [...played.values()].flat()) {
    if (expected.kind === "absent") reasons.set(expected.because, (reasons.get(expected.because) ?? 0) + 1);
  }
  const lines = [...reasons].map(([because, count]) => `| ${because} | ${count} |`);
  return ["## What does not exist\n", "| because | cells |", "| --- | --- |", ...lines].join("\n") + "\n";
}
