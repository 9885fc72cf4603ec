import process from "node:process";
import { test } from "node:test";
import fc from "fast-check";
import type { StartMethod } from "../../mod.ts";
import { Machine, type Program, programs } from "./fixtures/random_program.ts";

/** `MANYHANDS_RUNS` makes them more and `MANYHANDS_SEED` others; a failure names the seed and the smallest program. */
const factor = Number(process.env["MANYHANDS_RUNS"] ?? 1);
const seed = Number(process.env["MANYHANDS_SEED"] ?? 1);

async function holds(program: Program, context: StartMethod): Promise<void> {
  const machine = new Machine(program.processes, context);
  try {
    await machine.run(program);
  } finally {
    await machine.stop();
  }
}

for (const [context, runs] of [["inline", 1200], ["worker", 36], ["process", 3]] as const) {
  test(
    `In the context ${context}, whatever a program calls, cancels, loses and resizes, each call settles once and with its own answer`,
    { timeout: 120_000 * factor },
    () =>
      fc.assert(fc.asyncProperty(programs(context), (program) => holds(program, context)), {
        seed,
        numRuns: runs * factor,
      }),
  );
}
