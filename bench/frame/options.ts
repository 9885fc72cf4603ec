import { parseArgs } from "node:util";
import { benchFile, type RuntimeCommand, runtimes } from "./runtimes.ts";

export const sectionNames = ["dispatch", "python", "kernels", "lower"] as const;
export type SectionName = (typeof sectionNames)[number];

/** What a run of the bench is to do. */
export interface Options {
  readonly sections: readonly SectionName[];
  readonly runtimes: readonly RuntimeCommand[];
  readonly rounds: number;
  /** What one process may take. */
  readonly deadlineSeconds: number;
  /** Size of the file of `lower`. */
  readonly mebibytes: number;
  /** Where the record goes. */
  readonly folder: string;
}

/**
 * Reads the arguments of `npm run bench`.
 *
 * @throws RangeError for a section, a runtime or a number that makes no sense
 */
export function options(args: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      rounds: { type: "string", default: "5" },
      deadline: { type: "string", default: "120" },
      mebibytes: { type: "string", default: "1024" },
      runtime: { type: "string", multiple: true, default: [] },
      record: { type: "string", default: benchFile("record") },
    },
  });
  return {
    sections: chosen("section", positionals, sectionNames),
    runtimes: chosen(
      "runtime",
      values.runtime,
      runtimes.map(({ name }) => name),
    )
      .map((chosen) => runtimes.find(({ name }) => name === chosen)!),
    rounds: positive("--rounds", values.rounds),
    deadlineSeconds: positive("--deadline", values.deadline),
    mebibytes: positive("--mebibytes", values.mebibytes),
    folder: values.record,
  };
}

function chosen<T extends string>(
  what: string,
  wanted: readonly string[],
  known: readonly T[],
): readonly T[] {
  const unknown = wanted.find((name) => !known.includes(name as T));
  if (unknown !== undefined) {
    throw new RangeError(
      `Unknown ${what} "${unknown}": expected ${known.join(", ")}`,
    );
  }
  return wanted.length === 0 ? known : known.filter((name) => wanted.includes(name));
}

function positive(name: string, value: string): number {
  const number = Number(value);
  if (!(Number.isInteger(number) && number > 0)) {
    throw new RangeError(
      `${name} is ${value}: expected a whole number of 1 or more`,
    );
  }
  return number;
}
