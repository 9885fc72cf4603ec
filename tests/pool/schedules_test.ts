import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ManyhandsError, Pool, WorkerLostError } from "../../mod.ts";
import { exitWith, rejectLater, square, squareLater } from "./fixtures/tasks.ts";

type Step = "call" | "map" | "fail" | "crash" | "cancel" | "turn";

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom<Step>("call", "map") },
  { weight: 2, arbitrary: fc.constantFrom<Step>("fail", "cancel", "turn") },
  { weight: 1, arbitrary: fc.constant<Step>("crash") },
);
const end = fc.constantFrom<"close" | "terminate">("close", "terminate");

/** What may come of a call, by how it was made. */
function check(
  made: Step,
  settled: PromiseSettledResult<unknown>,
  wasCancelled: boolean,
  wasTerminated: boolean,
): void {
  if (settled.status === "fulfilled") {
    return assert.deepEqual(settled.value, made === "map" ? [0, 1, 4, 9, 16] : 36);
  }
  const { reason } = settled;
  const code = reason instanceof ManyhandsError ? reason.code : reason?.name;
  const allowed = [
    ...(made === "fail" ? ["SyntaxError"] : []),
    ...(made === "crash" && reason instanceof WorkerLostError ? ["ERR_WORKER_LOST"] : []),
    ...(wasCancelled ? ["ERR_CANCELLED"] : []),
    ...(wasTerminated ? ["ERR_POOL_CLOSED"] : []),
  ];
  assert.ok(allowed.includes(code), `${made} ended with ${code}: ${reason}`);
}

test(
  "Whatever is called, cancelled, lost and terminated, every promise settles as it should",
  { timeout: 60_000 },
  () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 40, size: "max" }),
        fc.integer({ min: 1, max: 3 }),
        end,
        async (steps, processes, how) => {
          const pool = new Pool(processes);
          const made: { step: Step; result: ReturnType<typeof pool.applyAsync>; cancelled: boolean }[] = [];
          for (const [i, each] of steps.entries()) {
            const add = (result: unknown): void =>
              void made.push({ step: each, result: result as ReturnType<typeof pool.applyAsync>, cancelled: false });
            if (each === "call") add(i % 2 === 0 ? pool.applyAsync(square, [6]) : pool.applyAsync(squareLater, [6]));
            else if (each === "map") add(pool.mapAsync(square, [0, 1, 2, 3, 4], { chunksize: 1 + i % 3 }));
            else if (each === "fail") add(pool.applyAsync(rejectLater, ["bad"]));
            else if (each === "crash") add(pool.applyAsync(exitWith, [i]));
            else if (each === "turn") await new Promise((resolve) => setTimeout(resolve, 0));
            else if (made.length > 0) {
              const chosen = made[(i * 7) % made.length];
              chosen.cancelled = true;
              chosen.result.cancel();
            }
          }
          if (how === "terminate") await pool.terminate();
          else {
            pool.close();
            await pool.join();
          }
          const settled = await Promise.allSettled(made.map(({ result }) => result.get()));
          settled.forEach((one, i) => check(made[i].step, one, made[i].cancelled, how === "terminate"));
          assert.deepEqual({ alive: pool.stats().alive, pending: pool.stats().pending }, { alive: 0, pending: 0 });
        },
      ),
      { seed: 1, numRuns: 12 },
    ),
);
