import { type CostMeasure, type SelfMeasure, series, type StartMeasure } from "../dispatch/series.ts";
import type { RuntimeCommand } from "../frame/runtimes.ts";
import { type Script, scriptContest } from "../frame/script_contest.ts";
import type { Contest, Measure, Section } from "../frame/section.ts";

const raw = "raw postMessage";
const ring = { name: "raw shared ring", file: "dispatch/raw_ring.ts" };
const promises = { name: "promises, no workers", file: "dispatch/promises.ts" };
const own = "manyhands";
const ownFile = "dispatch/manyhands.ts";

const contestants: readonly { readonly name: string; readonly file: string }[] = [
  { name: raw, file: "dispatch/raw_post_message.ts" },
  ring,
  ...["piscina", "tinypool", "workerpool", "poolifier", "comlink", "multithreading"]
    .map((name) => ({ name, file: `peers/${name}.mjs` })),
  { name: "p-map, no workers", file: "peers/p_map.mjs" },
  promises,
  { name: own, file: ownFile },
];

const payloadContestants: typeof contestants = [
  { name: raw, file: "dispatch/payload_raw.ts" },
  { name: "piscina", file: "peers/payload_piscina.mjs" },
  { name: own, file: "dispatch/payload_manyhands.ts" },
];

const startMeasure: Measure & { readonly key: StartMeasure } = {
  key: "first",
  title: "Start to first result",
  unit: "ms",
  better: "less",
  baseline: raw,
  isPlotted: true,
};

/** A start takes a tenth of a second, and the next one of the same may take half as much again. */
const STARTS = 7;

const callMeasures: readonly Measure[] = [
  { key: "cold", title: "The first 20,000, at once", unit: "tasks/s", better: "more", baseline: raw },
  {
    key: "inFlight64",
    title: "64 in flight",
    unit: "tasks/s",
    better: "more",
    baseline: raw,
    isPlotted: true,
  },
  {
    key: "allAtOnce",
    title: "20,000 at once",
    unit: "tasks/s",
    better: "more",
    baseline: raw,
    isPlotted: true,
  },
  {
    key: "roundTrip",
    title: "Round trip, one after the other",
    unit: "µs",
    better: "less",
    baseline: raw,
    isPlotted: true,
  },
  {
    key: "besideBusy",
    title: "64 in flight, beside a program that keeps a core busy",
    unit: "tasks/s",
    better: "more",
    baseline: raw,
  },
];

const payloadMeasures: readonly Measure[] = [
  {
    key: "arrays",
    title: "Uint8Arrays of 1 MiB there and back, 8 in flight",
    unit: "MiB/s",
    better: "more",
    baseline: raw,
    isPlotted: true,
  },
  {
    key: "buffers",
    title: "ArrayBuffers of 1 MiB there and back, 8 in flight",
    unit: "MiB/s",
    better: "more",
    baseline: raw,
    isPlotted: true,
  },
  {
    key: "strings",
    title: "Strings of 1 MiB there and back, 8 in flight",
    unit: "MiB/s",
    better: "more",
    baseline: raw,
    isPlotted: true,
  },
];

const costMeasures: readonly (Measure & { readonly key: CostMeasure })[] = [
  {
    key: "cost",
    title: "Cost of a task by their number, 64 in flight",
    unit: "µs",
    better: "less",
    baseline: series.cost.at(-1)!,
    isPlotted: true,
  },
  {
    key: "costRing",
    title: "The same in a bare ring",
    unit: "µs",
    better: "less",
    baseline: series.costRing.at(-1)!,
  },
  {
    key: "costPromises",
    title: "The same of promises alone",
    unit: "µs",
    better: "less",
    baseline: series.costPromises.at(-1)!,
  },
];

const costFiles: Readonly<Record<CostMeasure, string>> = {
  cost: ownFile,
  costRing: ring.file,
  costPromises: promises.file,
};

const ownMeasures: readonly (Measure & { readonly key: Exclude<SelfMeasure, CostMeasure> })[] = [
  {
    key: "tasks",
    title: "Tasks that wait once, 64 in flight",
    unit: "tasks/s",
    better: "more",
    baseline: series.tasks[0]!,
  },
  {
    key: "workers",
    title: "By the number of workers, 64 in flight",
    unit: "tasks/s",
    better: "more",
    baseline: series.workers[1]!,
    isPlotted: true,
  },
  {
    key: "idle",
    title: "Processor time of a pool that has nothing to do",
    unit: "%",
    better: "less",
    baseline: raw,
  },
];

/** Tiny tasks in two workers. */
export function dispatchSection(runtimes: readonly RuntimeCommand[]): Section {
  return {
    name: "dispatch",
    title: "Tiny tasks in 2 workers",
    measures: [startMeasure, ...callMeasures, ...payloadMeasures, ...costMeasures, ...ownMeasures],
    targets: [
      { measure: "first", contestant: own, against: raw, wanted: 1 / 1.3 },
      {
        measure: "inFlight64",
        contestant: own,
        against: raw,
        wanted: { node: 5, deno: 5, bun: 2.5 },
      },
      { measure: "allAtOnce", contestant: own, against: raw, wanted: 6 },
      { measure: "roundTrip", contestant: own, against: raw, wanted: 4 },
      ...payloadMeasures.map(({ key }) => ({ measure: key, contestant: own, against: raw, wanted: 1 })),
    ],
    contests: [
      ...scripts(contestants, [startMeasure], runtimes, { args: [startMeasure.key], turns: STARTS }),
      ...scripts(contestants, callMeasures, runtimes),
      ...scripts(payloadContestants, payloadMeasures, runtimes),
      ...scripts(
        [{ name: raw, file: "dispatch/idle_raw.ts" }],
        ownMeasures.filter(({ key }) => key === "idle"),
        runtimes,
      ),
      ...costMeasures.flatMap(({ key }) => selfContests(key, costFiles[key], runtimes)),
      ...ownMeasures.flatMap(({ key }) => selfContests(key, "dispatch/own_series.ts", runtimes)),
    ],
  };
}

function scripts(
  those: typeof contestants,
  measures: readonly Measure[],
  runtimes: readonly RuntimeCommand[],
  how: Pick<Script, "args" | "turns"> = {},
): Contest[] {
  return those.flatMap(({ name, file }) =>
    runtimes.map((runtime) =>
      scriptContest(runtime, { contestants: [name], measures: measures.map(({ key }) => key), file, ...how })
    )
  );
}

function selfContests(measure: SelfMeasure, file: string, runtimes: readonly RuntimeCommand[]): Contest[] {
  return runtimes.map((runtime) =>
    scriptContest(runtime, { contestants: series[measure], measures: [measure], file, args: [measure] })
  );
}
