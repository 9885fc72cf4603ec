import { type Figure, parseFigures } from "./figures.ts";
import { describe, type Result, type SectionRecord } from "./record.ts";
import type { Contest, Section } from "./section.ts";

export interface RunOptions {
  readonly rounds: number;
  /** What one process may take. */
  readonly deadlineSeconds: number;
  /** Told before each process. */
  readonly onStart?: (round: number, contest: Contest) => void;
}

/**
 * Runs each contest once a round, in turns: what drifts in the machine hits all alike. Every second round goes the other
 * way, so that nobody always comes after the same one. A process that missed its deadline isn't started again.
 */
export async function runSection(
  section: Section,
  options: RunOptions,
): Promise<SectionRecord> {
  const results = new Map<
    string,
    Result & { samples: number[]; failures: string[] }
  >();
  for (const { column, contestants, measures } of section.contests) {
    for (const contestant of contestants) {
      for (const measure of measures) {
        results.set(keyOf(contestant, measure, column), {
          measure,
          contestant,
          column,
          samples: [],
          failures: [],
        });
      }
    }
  }
  const late = new Set<Contest>();
  const notes = new Set(section.absent);
  await section.prepare?.();
  try {
    for (let round = 0; round < options.rounds; round++) {
      for (
        const contest of round % 2 === 0 ? section.contests : section.contests.toReversed()
      ) {
        if (late.has(contest)) continue;
        options.onStart?.(round, contest);
        const finished = await contest.start(options.deadlineSeconds);
        if (
          finished.failure !== undefined &&
          finished.wallSeconds >= options.deadlineSeconds
        ) late.add(contest);
        const figures = parseFigures(
          finished.stdout,
          contest.contestants,
          contest.measures,
        );
        const isComplete = contest.contestants.every((contestant) =>
          contest.measures.every((measure) => figures.get(contestant)!.has(measure))
        );
        if (isComplete && finished.failure !== undefined) {
          notes.add(
            `${contest.contestants.join(", ")} on ${contest.column}, after its figures: ${finished.failure}`,
          );
        }
        for (const contestant of contest.contestants) {
          for (const measure of contest.measures) {
            const found = figures.get(contestant)!;
            // A null that was printed says that it isn't measured there; what wasn't printed at all has failed.
            const figure = found.has(measure) ? found.get(measure) as Figure : finished.failure ?? "printed no figure";
            const result = results.get(
              keyOf(contestant, measure, contest.column),
            )!;
            if (typeof figure === "number" && Number.isFinite(figure)) {
              result.samples.push(figure);
            } else if (figure !== null) {
              result.failures.push(
                typeof figure === "string" ? figure : "no finite figure",
              );
            }
          }
        }
      }
    }
  } finally {
    section.cleanUp?.();
  }
  const measured = [...results.values()].filter((one) => one.samples.length + one.failures.length > 0);
  return describe(section, options.rounds, measured, [...notes]);
}

function keyOf(contestant: string, measure: string, column: string): string {
  return `${contestant}\n${measure}\n${column}`;
}
