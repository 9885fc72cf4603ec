import type { Tally } from "./step.ts";
import { floors, goesOn, grows, type Sample, type Trend, trendOf } from "./trend.ts";
import type { Look } from "./looks.ts";
import type { Usage } from "./usage.ts";

/** Share of the time until the load has seen everything once, and what is compiled and kept for reuse is there. */
const WARM_UP = 1 / 3;
/** From this share of the time on a rise has to go on, to be one that does not end by itself. */
const LAST = 2 / 3;
/** Parts of the time whose floors are compared. */
const PARTS = 10;
/** Share of the mean by which a figure may grow. */
const TOLERANCE = 0.1;
/** Threads and descriptors that runtimes begin to keep for themselves. */
const SPARE = 8;
/** Blocks of threads that use kernels, and of those that have ended until another one looks for them. */
const SPARE_BLOCKS = 16;
/** By so much the shared memory grows at a time. */
const SPARE_SHARED_KIB = 1024;

/** A figure may grow by a share of its mean, or by `spare`, if that is more. */
const figures = [
  { name: "resident KiB", of: ({ residentKib }: Usage) => residentKib, spare: 0 },
  { name: "allocated KiB", of: ({ allocatedKib }: Usage) => allocatedKib, spare: 0 },
  { name: "objects KiB", of: ({ heapKib }: Usage) => heapKib, spare: 0 },
  { name: "shared blocks", of: ({ blocks }: Usage) => blocks, spare: SPARE_BLOCKS },
  { name: "shared KiB", of: ({ sharedKib }: Usage) => sharedKib, spare: SPARE_SHARED_KIB },
  { name: "descriptors", of: ({ descriptors }: Usage) => descriptors, spare: SPARE },
  { name: "threads", of: ({ threads }: Usage) => threads, spare: SPARE },
] as const;

/** What a run found, for people, and what of it is a leak. */
export function findings(
  looks: readonly Look[],
  before: Usage,
  after: Usage,
  { calls, lost, kills, late }: Tally,
): { lines: string[]; problems: string[] } {
  const lines = [
    `${calls} calls, ${kills} kills, ${lost} calls lost with their workers; no other result lost or doubled`,
  ];
  if (late > 0) lines.push(`${late} managers did not come up in time`);
  const problems: string[] = [];
  const end = looks.at(-1)?.at ?? 0;
  for (const { name, of, spare } of figures) {
    const judged = looks.filter(({ at }) => at >= end * WARM_UP);
    const samples = judged.map(({ at, usage }): Sample => ({ at, value: of(usage) }));
    if (name === "allocated KiB" && samples.every(({ value }) => value === 0)) continue;
    if (samples.length < 3 * PARTS) {
      lines.push(`${name}: too few samples (${samples.length}) for a trend`);
      continue;
    }
    const lowest = floors(samples, PARTS);
    const last = floors(samples.filter(({ at }) => at >= end * LAST), PARTS);
    const trend = trendOf(lowest);
    const text = `${name}: floor ${trend.mean.toFixed(1)}, slope ${shownSlope(trend)} a minute, ` +
      `${shownSlope(trendOf(last))} in the last third, ${samples.length} samples of ${lowest.length} parts`;
    lines.push(text);
    const isGrowth = grows(lowest, Math.max(TOLERANCE * trend.mean, spare));
    if (isGrowth && goesOn(last)) problems.push(`grows: ${text}`);
    else if (isGrowth) lines.push(`${name}: that rise has ended`);
  }
  lines.push(`at the end: ${shown(before)} before, ${shown(after)} after`);
  if (after.threads > before.threads + SPARE) problems.push(`${after.threads - before.threads} threads are left`);
  if (after.descriptors > before.descriptors + SPARE) {
    problems.push(`${after.descriptors - before.descriptors} descriptors are left`);
  }
  if (after.children > before.children) problems.push(`${after.children - before.children} processes are left`);
  return { lines, problems };
}

function shownSlope({ slope, error }: Trend): string {
  return `${slope.toFixed(2)} ± ${error.toFixed(2)}`;
}

function shown({ residentKib, descriptors, threads, children }: Usage): string {
  return `${residentKib} KiB, ${descriptors} descriptors, ${threads} threads, ${children} processes`;
}
