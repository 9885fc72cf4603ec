import type { RuntimeCommand } from "../frame/runtimes.ts";
import { scriptContest } from "../frame/script_contest.ts";
import type { Measure, Section } from "../frame/section.ts";

const raw = "raw postMessage";
const own = "manyhands";

const contestants: readonly { readonly name: string; readonly file: string }[] = [
  { name: raw, file: "dispatch/raw_post_message.ts" },
  { name: "raw shared ring", file: "dispatch/raw_ring.ts" },
  ...["piscina", "tinypool", "workerpool", "poolifier", "comlink", "multithreading"]
    .map((name) => ({ name, file: `peers/${name}.mjs` })),
  { name: "p-map, no workers", file: "peers/p_map.mjs" },
  { name: own, file: "dispatch/manyhands.ts" },
];

const measures: readonly Measure[] = [
  {
    key: "first",
    title: "Start to first result",
    unit: "ms",
    better: "less",
    baseline: raw,
    isPlotted: true,
  },
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
];

/** Tiny tasks in two workers. */
export function dispatchSection(runtimes: readonly RuntimeCommand[]): Section {
  return {
    name: "dispatch",
    title: "Tiny tasks in 2 workers",
    measures,
    targets: [
      { measure: "first", contestant: own, against: raw, wanted: 1 / 1.3 },
      {
        measure: "inFlight64",
        contestant: own,
        against: raw,
        wanted: { node: 5, deno: 5, bun: 2.5 },
      },
      { measure: "allAtOnce", contestant: own, against: raw, wanted: 6 },
    ],
    contests: contestants.flatMap(({ name, file }) =>
      runtimes.map((runtime) =>
        scriptContest(runtime, {
          contestants: [name],
          measures: measures.map(({ key }) => key),
          file,
        })
      )
    ),
  };
}
