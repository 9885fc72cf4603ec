import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Tally } from "./step.ts";
import type { Usage } from "./usage.ts";

/** The samples of a run as a table of comma-separated values, of which each line is there as soon as it is known. */
export class SampleFile {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(
      path,
      "minutes,residentKib,heapKib,codeKib,anonymousKib,allocatedKib,blocks,sharedKib,descriptors,threads,children," +
        "calls,kills\n",
    );
  }

  add(minutes: number, usage: Usage, { calls, kills }: Tally): void {
    const { residentKib, heapKib, codeKib, anonymousKib, allocatedKib } = usage;
    const { blocks, sharedKib, descriptors, threads, children } = usage;
    const values = [
      ...[residentKib, heapKib, codeKib, anonymousKib, allocatedKib, blocks, sharedKib],
      ...[descriptors, threads, children, calls, kills],
    ];
    appendFileSync(this.#path, `${minutes.toFixed(3)},${values.join(",")}\n`);
  }
}
