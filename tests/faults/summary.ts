import { contexts, faults, moments, type Runtime, subjects } from "./cell.ts";
import { NOT_PLAYED, type Verdict } from "./matrix.ts";

const introduction = `# Faults

What goes wrong, when, in whose work, in which context and on which runtime: \`npm run faults\` plays every combination that
can be and writes this page. In each the caller hears within its deadline what stands here, the pool (or a fresh object,
where the first is ended) answers the next call, and no worker, process, thread or temporary file is left. A cell that
hangs, which is one that takes 30 s, is a failure that tells what was waited for and how that stood; where the program
itself is stuck, it tells what each of its threads does.

A cell counts only where its fault came. What puts the fault tells so with the last instruction before, from where it
stands (a module's load, an initializer, …) and in which thread or process; a cell fails of which nothing came, or from
elsewhere, or twice. At \`close\` and \`terminate\` the fault waits for that call. It is looked for threads and processes
after each cell, and for processes and temporary files after each program that plays some. Where the system kills the program itself, its
folder of a manager's socket is taken away by the next program that makes a socket, which is played too.

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

/** The whole matrix as a page. Subjects of which the same is promised have one table. */
export function summary(played: ReadonlyMap<Runtime, readonly Verdict[]>): string {
  const titles = new Map<string, string[]>();
  for (const context of contexts) {
    for (const subject of subjects) {
      const rows = new Map<string, Verdict[]>();
      for (const verdict of [...played.values()].flat()) {
        const { cell } = verdict;
        if (cell.subject !== subject || cell.context !== context || verdict.expected.kind === "absent") continue;
        const key = `${cell.fault}|${cell.moment}`;
        rows.set(key, [...rows.get(key) ?? [], verdict]);
      }
      if (rows.size === 0) continue;
      const text = table(rows, played);
      titles.set(text, [...titles.get(text) ?? [], `${subject} (${context})`]);
    }
  }
  const sections = [...titles].map(([text, names]) => `## ${names.join(", ")}\n\n${text}`);
  return `${introduction}${counts(played)}\n${sections.join("\n")}\n${absences(played)}`;
}

function counts(played: ReadonlyMap<Runtime, readonly Verdict[]>): string {
  const lines = [
    "| runtime | cells that exist | as promised | of these at the second try | not as promised | not played | do not exist |",
    "| --- | --- | --- | --- | --- | --- | --- |",
  ];
  for (const [runtime, verdicts] of played) {
    const existing = verdicts.filter(({ expected }) => expected.kind !== "absent");
    const tried = existing.filter(({ found }) => found !== NOT_PLAYED);
    const good = tried.filter(({ problem }) => problem === undefined);
    const again = good.filter(({ firstProblem }) => firstProblem !== undefined).length;
    const figures = [existing.length, good.length, again, tried.length - good.length, existing.length - tried.length];
    lines.push(`| ${[runtime, ...figures, verdicts.length - existing.length].join(" | ")} |`);
  }
  return `${
    lines.join("\n")
  }\n\nA machine that does much else makes a second try necessary: limits of time are in seconds.\n`;
}

function table(
  rows: ReadonlyMap<string, readonly Verdict[]>,
  played: ReadonlyMap<Runtime, readonly Verdict[]>,
): string {
  const shown = moments.filter((moment) => faults.some((fault) => rows.has(`${fault}|${moment}`)));
  const lines = [
    `| | ${shown.join(" | ")} |`,
    `| --- |${shown.map(() => " --- |").join("")}`,
  ];
  for (const fault of faults) {
    if (!shown.some((moment) => rows.has(`${fault}|${moment}`))) continue;
    const entries = shown.map((moment) => outcomes(rows.get(`${fault}|${moment}`) ?? [], played));
    lines.push(`| ${fault} | ${entries.join(" | ")} |`);
  }
  return `${lines.join("\n")}\n`;
}

/** What a cell came to on each of the runtimes, and where not on all the same, on which. */
export function outcomes(
  verdicts: readonly Verdict[],
  played: ReadonlyMap<Runtime, readonly Verdict[]>,
  shownAs: (verdict: Verdict) => string = promised,
): string {
  const byFinding = new Map<string, Runtime[]>();
  for (const [runtime, all] of played) {
    const verdict = verdicts.find((one) => all.includes(one));
    if (verdict === undefined) continue;
    const found = (verdict.problem === undefined ? "" : "**not**: ") + shownAs(verdict);
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
