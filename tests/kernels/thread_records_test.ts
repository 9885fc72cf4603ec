import assert from "node:assert/strict";
import { test } from "node:test";
import { Pool, Process, WorkerLostError } from "../../mod.ts";
import { accounting } from "../../src/memory/allocator.ts";
import { linearMemory } from "../../src/memory/linear_memory.ts";
import { use, useAndExit } from "./fixtures/kernel_users.ts";

const timeout = 60_000;

/** Rounds in which one block that is left each time shows beside what earlier tests left to the collector. */
const ROUNDS = 10;

/** Runs the rounds: they take neither blocks nor pages. What earlier tests left may be collected meanwhile. */
async function leavesNothing(round: () => Promise<void>): Promise<void> {
  const { blocks } = accounting();
  const pages = linearMemory().grow(0);
  for (let i = 0; i < ROUNDS; i++) await round();
  assert.ok(accounting().blocks <= blocks, `${accounting().blocks} blocks after ${blocks}`);
  assert.equal(linearMemory().grow(0), pages);
}

test(
  "What a lost worker's kernels held of the shared memory is given back by the next one that uses kernels",
  { timeout },
  async () => {
    await using pool = new Pool(1);
    const loseOne = (): Promise<void> => assert.rejects(pool.apply(useAndExit, ["ΑΒΓ"]), WorkerLostError);
    // The first has the stack of the module itself, and what the second held waits for the third.
    for (let round = 0; round < 3; round++) await loseOne();
    await leavesNothing(loseOne);
    assert.equal(await pool.apply(use, ["ΑΒΓΣ"]), "αβγς");
  },
);

test("A Process that has returned leaves no more than the next one gives back", { timeout }, async () => {
  const runOne = async (): Promise<void> => {
    const child = new Process({ target: use, args: ["ΑΒΓ"] });
    child.start();
    await child.join();
    assert.equal(child.exitCode, 0);
    child.close();
  };
  for (let round = 0; round < 3; round++) await runOne();
  await leavesNothing(runOne);
});
