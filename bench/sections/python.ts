import { versionOf } from "../frame/machine.ts";
import { benchFile, type RuntimeCommand, type RuntimeName } from "../frame/runtimes.ts";
import { commandContest, scriptContest } from "../frame/script_contest.ts";
import type { Contest, Measure, Section } from "../frame/section.ts";

const own = "manyhands";
const cpython = "CPython";
const fork = "CPython, fork";
const bareWorker = "bare worker";
const bareWebWorker = "bare web worker";

/** One thing that is measured on both sides: the file in `python/`, and the function of `python/contestant.py`. */
interface Pair {
  readonly key: string;
  readonly title: string;
  readonly unit: string;
  readonly wanted?: number;
  /** Who takes part beside this project's file and CPython's function of the same name. */
  readonly others?: readonly {
    readonly contestant: string;
    readonly file?: string;
    readonly function?: string;
    /** Where it runs; on all where it isn't said. */
    readonly only?: RuntimeName;
  }[];
}

const pairs: readonly Pair[] = [
  {
    key: "queue",
    title: "Queue, one producer and one consumer: an item",
    unit: "µs",
    wanted: 10,
  },
  { key: "pipe", title: "Pipe, round trip", unit: "µs", wanted: 3 },
  {
    key: "lock",
    title: "Lock, acquire and release",
    unit: "ns",
    wanted: 3,
    others: [{
      contestant: `${own}, awaited`,
      file: "python/lock_async.ts",
    }],
  },
  { key: "manager", title: "Manager, set in a dict", unit: "µs", wanted: 2 },
  {
    key: "process",
    title: "Process, start and join",
    unit: "ms",
    others: [
      { contestant: fork, function: "process_fork" },
      { contestant: bareWorker, file: "python/bare_worker.ts" },
      { contestant: bareWebWorker, file: "python/bare_web_worker.ts", only: "bun" },
    ],
  },
  {
    key: "map_numbers",
    title: "Pool.map, a million numbers",
    unit: "ms",
    wanted: 5,
  },
  { key: "apply", title: "Pool.apply, round trip", unit: "µs" },
];

/** The queues, locks, processes and pools of CPython beside those of this project. */
export function pythonSection(runtimes: readonly RuntimeCommand[]): Section {
  const version = versionOf("python3");
  const measures = pairs.map(({ key, title, unit }): Measure => (
    { key, title, unit, better: "less", baseline: cpython, isPlotted: true }
  ));
  return {
    name: "python",
    title: `Beside CPython's multiprocessing (${version ?? "not here"})`,
    measures,
    targets: [
      ...pairs.flatMap(({ key, wanted }) =>
        wanted === undefined ? [] : [{ measure: key, contestant: own, against: cpython, wanted }]
      ),
      {
        measure: "process",
        contestant: own,
        against: bareWorker,
        wanted: 1 / 1.3,
      },
    ],
    contests: pairs.flatMap((pair) => contestsOf(pair, runtimes, version !== undefined)),
    absent: version === undefined ? ["CPython: there is no python3"] : [],
  };
}

function contestsOf(
  { key, others = [] }: Pair,
  runtimes: readonly RuntimeCommand[],
  hasPython: boolean,
): Contest[] {
  const python = (contestant: string, name: string): Contest =>
    commandContest({
      column: "native",
      contestants: [contestant],
      measures: [key],
      command: "python3",
      args: [benchFile("python/contestant.py"), name],
    });
  const script = (contestant: string, file: string, only?: RuntimeName): Contest[] =>
    runtimes.filter(({ name }) => only === undefined || name === only).map((runtime) =>
      scriptContest(runtime, {
        contestants: [contestant],
        measures: [key],
        file,
      })
    );
  return [
    ...(hasPython ? [python(cpython, key)] : []),
    ...others.flatMap(({ contestant, file, function: name, only }) => [
      ...(name !== undefined && hasPython ? [python(contestant, name)] : []),
      ...(file === undefined ? [] : script(contestant, file, only)),
    ]),
    ...script(own, `python/${key}.ts`),
  ];
}
