import { appendFileSync, writeFileSync } from "node:fs";
import type { Tally } from "./step.ts";
import type { Usage } from "./usage.ts";

/** The samples of a run as a table of comma-separated values, of which each line is there as soon as it is known. */
export class SampleFile {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
    writeFileSync(path, "minutes,residentKib,heapKib,blocks,sharedKib,descriptors,threads,children,calls,kills\n");
  }

  add(minutes: number, usage: Usage, { calls, kills }: Tally): void {
    const { residentKib, heapKib, blocks, sharedKib, descriptors, threads, children } = usage;
    const values = [residentKib, heapKib, blocks, sharedKib, descriptors, threads, children, calls, kills];
    appendFileSync(this.#path, `${minutes.toFixed(3)},${values.join(",")}\n`);
  }
}
