import { type Figure, parseFigures } from "./figures.ts";
import { describe, type Result, type SectionRecord } from "./record.ts";
import type { Finished } from "./run_process.ts";
import type { Column, Contest, Section } from "./section.ts";

export interface RunOptions {
  readonly rounds: number;
  /** What one process may take. */
  readonly deadlineSeconds: number;
  /** Told before each process. */
  readonly onStart?: (round: number, contest: Contest) => void;
}

/** A result to which samples and failures come. */
type OpenResult = Result & { readonly samples: number[]; readonly failures: string[] };

/**
 * Runs all contests each round, in turns: what drifts in the machine hits all alike. Every second round goes the other
 * way, so that nobody always comes after the same one. A process that missed its deadline isn't started again.
 */
export async function runSection(
  section: Section,
  options: RunOptions,
): Promise<SectionRecord> {
  const results = new Results(section.contests);
  const late = new Set<Contest>();
  const notes = new Set(section.absent);
  const order = roundOf(section.contests);
  await section.prepare?.();
  try {
    for (let round = 0; round < options.rounds; round++) {
      for (const contest of round % 2 === 0 ? order : order.toReversed()) {
        if (late.has(contest)) continue;
        options.onStart?.(round, contest);
        const finished = await contest.start(options.deadlineSeconds);
        if (finished.failure !== undefined && finished.wallSeconds >= options.deadlineSeconds) late.add(contest);
        const isComplete = results.add(contest, finished);
        if (isComplete && finished.failure !== undefined) {
          notes.add(
            `${contest.contestants.join(", ")} on ${contest.column}, after its figures: ${finished.failure}`,
          );
        }
      }
    }
  } finally {
    section.cleanUp?.();
  }
  return describe(section, options.rounds, results.measured(), [...notes]);
}

/** The contests of one round in their order; those that come several times do so in turns. */
export function roundOf(contests: readonly Contest[]): Contest[] {
  const most = Math.max(0, ...contests.map(({ turns = 1 }) => turns));
  return Array.from({ length: most }, (_, turn) => contests.filter(({ turns = 1 }) => turns > turn)).flat();
}

/** What came of each contestant in each of its measures. */
class Results {
  readonly #all: Map<string, OpenResult> = new Map();

  constructor(contests: readonly Contest[]) {
    for (const { column, contestants, measures } of contests) {
      for (const contestant of contestants) {
        for (const measure of measures) {
          this.#all.set(keyOf(contestant, measure, column), {
            measure,
            contestant,
            column,
            samples: [],
            failures: [],
          });
        }
      }
    }
  }

  /** Takes what a process printed; whether that were all of its figures. */
  add({ column, contestants, measures }: Contest, { stdout, failure }: Finished): boolean {
    const figures = parseFigures(stdout, contestants, measures);
    let isComplete = true;
    for (const contestant of contestants) {
      const found = figures.get(contestant)!;
      for (const measure of measures) {
        isComplete &&= found.has(measure);
        // A null that was printed says that it isn't measured there; what wasn't printed at all has failed.
        const figure = found.has(measure) ? found.get(measure) as Figure : failure ?? "printed no figure";
        const { samples, failures } = this.#all.get(keyOf(contestant, measure, column))!;
        if (typeof figure === "number" && Number.isFinite(figure)) samples.push(figure);
        else if (figure !== null) failures.push(typeof figure === "string" ? figure : "no finite figure");
      }
    }
    return isComplete;
  }

  /** Those that have something to say. */
  measured(): Result[] {
    return [...this.#all.values()].filter(({ samples, failures }) => samples.length + failures.length > 0);
  }
}

function keyOf(contestant: string, measure: string, column: Column): string {
  return `${contestant}\n${measure}\n${column}`;
}
