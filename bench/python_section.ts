import { median, run } from "./contestants.ts";
import { benchFile, type RuntimeCommand } from "./runtimes.ts";

/** One thing that is measured, and the part of the other's time that it may take. */
interface Measure {
  readonly title: string;
  readonly unit: string;
  /** The file in `python/` that measures it here. */
  readonly ours: string;
  /** What it is compared with: a function of `python/contestant.py`, or another file in `python/`. */
  readonly other: string;
  readonly target: number;
}

const python = (name: string): string => `contestant.py ${name}`;

const measures: readonly Measure[] = [
  {
    title: "Queue, one producer and one consumer: an item",
    unit: "µs",
    ours: "queue.ts",
    other: python("queue"),
    target: 1 / 10,
  },
  { title: "Pipe, round trip", unit: "µs", ours: "pipe.ts", other: python("pipe"), target: 1 / 3 },
  { title: "Lock, acquireSync and release", unit: "ns", ours: "lock.ts", other: python("lock"), target: 1 / 3 },
  { title: "Lock, await acquire and release", unit: "ns", ours: "lock_async.ts", other: python("lock"), target: 1 / 3 },
  { title: "Manager, dict set", unit: "µs", ours: "manager.ts", other: python("manager"), target: 1 / 2 },
  {
    title: "Process start and join (CPython: spawn)",
    unit: "ms",
    ours: "process.ts",
    other: python("process"),
    target: Infinity,
  },
  {
    title: "Process start and join (CPython: fork)",
    unit: "ms",
    ours: "process.ts",
    other: python("process_fork"),
    target: Infinity,
  },
  {
    title: "Process start and join (bare worker)",
    unit: "ms",
    ours: "process.ts",
    other: "bare_worker.ts",
    target: 1.3,
  },
  {
    title: "Pool.map, a million numbers",
    unit: "ms",
    ours: "map_numbers.ts",
    other: python("map_numbers"),
    target: 1 / 5,
  },
  { title: "Pool.apply, round trip", unit: "µs", ours: "apply.ts", other: python("apply"), target: Infinity },
];

interface Contestant {
  readonly key: string;
  readonly command: string;
  readonly args: readonly string[];
}

/** The queues, locks, processes and pools of CPython and those of this project, in turns, each in a process of its own. */
export async function pythonSection(runtimes: readonly RuntimeCommand[], rounds: number): Promise<void> {
  const version = await run("python3", ["--version"]).then(({ stdout }) => stdout.trim(), () => undefined);
  if (version === undefined) console.log("\npython3 isn't there: CPython's figures are left out");
  const contestants = [
    ...new Map(measures.flatMap(contestantsOf(runtimes, version)).map((one) => [one.key, one])).values(),
  ];
  const figures = new Map<string, number[]>(contestants.map(({ key }) => [key, []]));
  const failures = new Map<string, string>();
  for (let round = 0; round < rounds; round++) {
    for (const { key, command, args } of contestants) {
      if (failures.has(key)) continue;
      try {
        figures.get(key)!.push(Number((await run(command, [...args])).stdout));
      } catch (error) {
        failures.set(key, (error as Error).message);
      }
    }
  }
  const time = (key: string): number => failures.has(key) ? NaN : median(figures.get(key) ?? [NaN]);
  console.log(
    `\nBeside ${version ?? "nothing"}, median of ${rounds} runs: time of one operation (ratio to the other's)`,
  );
  console.table(Object.fromEntries(measures.map((measure) => [measure.title, row(measure, runtimes, time)])));
  for (const [key, message] of failures) console.log(`FAILED ${key}: ${message}`);
}

function contestantsOf(
  runtimes: readonly RuntimeCommand[],
  version: string | undefined,
): (one: Measure) => Contestant[] {
  const on = ({ name, command, args }: RuntimeCommand, file: string): Contestant => (
    { key: `${file} on ${name}`, command, args: [...args, benchFile(`./python/${file}`)] }
  );
  return ({ ours, other }) => {
    const [file, name] = other.split(" ");
    const others = name === undefined
      ? runtimes.map((runtime) => on(runtime, other))
      : version === undefined
      ? []
      : [{ key: other, command: "python3", args: [benchFile(`./python/${file}`), name] }];
    return [...others, ...runtimes.map((runtime) => on(runtime, ours))];
  };
}

function row(
  { ours, other, target, unit }: Measure,
  runtimes: readonly RuntimeCommand[],
  time: (key: string) => number,
): Record<string, string> {
  const isPython = other.includes(" ");
  const cells: Record<string, string> = { CPython: isPython ? text(time(other), unit) : "" };
  for (const { name } of runtimes) {
    const own = time(`${ours} on ${name}`);
    const ratio = own / time(isPython ? other : `${other} on ${name}`);
    const mark = Number.isNaN(ratio) || target === Infinity ? "" : ratio <= target ? ", met" : ", missed";
    cells[name] = `${text(own, unit)} (${Number.isNaN(ratio) ? "-" : ratio.toFixed(3)}${mark})`;
  }
  cells.target = target === Infinity ? "" : `<= ${Number(target.toFixed(2))}`;
  return cells;
}

function text(value: number, unit: string): string {
  return Number.isNaN(value) ? "-" : `${Number(value.toPrecision(3))} ${unit}`;
}
