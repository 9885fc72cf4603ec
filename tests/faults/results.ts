import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { allCells, type Cell, cellName, type Runtime } from "./cell.ts";
import { expectationOf } from "./expectations.ts";
import { NOT_PLAYED, type Verdict } from "./matrix.ts";

/**
 * What the cells came to that were played lately: a line for each verdict, added as it comes, so that what was played is
 * there when a run is cut off, and runs beside each other add up.
 */
export class Results {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
    mkdirSync(dirname(path), { recursive: true });
  }

  /** Forgets all. */
  clear(): void {
    rmSync(this.#path, { force: true });
  }

  add(runtime: Runtime, verdict: Verdict): void {
    appendFileSync(this.#path, `${JSON.stringify({ runtime, ...verdict })}\n`);
  }

  /** The latest verdict of every cell on a runtime. What was promised otherwise when it was played counts as not played. */
  of(runtime: Runtime): Verdict[] {
    const latest = new Map<string, Verdict>();
    for (const line of existsSync(this.#path) ? readFileSync(this.#path, "utf8").split("\n") : []) {
      if (line === "") continue;
      const { runtime: where, ...verdict } = JSON.parse(line) as Verdict & { runtime: Runtime };
      if (where === runtime) latest.set(cellName(verdict.cell), verdict);
    }
    return allCells().map((cell) => current(cell, runtime, latest.get(cellName(cell))));
  }
}

function current(cell: Cell, runtime: Runtime, verdict: Verdict | undefined): Verdict {
  const expected = expectationOf(cell, runtime);
  if (verdict !== undefined && JSON.stringify(verdict.expected) === JSON.stringify(expected)) return verdict;
  return { cell, expected, found: NOT_PLAYED };
}

/** Whether a cell exists, and was not played or did not come to what is promised. */
export function isMissing({ expected, found, problem }: Verdict): boolean {
  return expected.kind !== "absent" && (found === NOT_PLAYED || problem !== undefined);
}
