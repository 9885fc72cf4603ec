import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { Pool } from "../../mod.ts";
import { garbageCollector } from "./fixtures/garbage_collector.ts";
import { echo } from "./fixtures/tasks.ts";
import { withPool } from "./fixtures/with_pool.ts";

const timeout = 60_000;

/** An answer that only a structured clone carries, as long as somebody keeps it. */
async function answerOf(pool: Pool): Promise<WeakRef<object>> {
  const cycle: { self?: unknown } = {};
  cycle.self = cycle;
  const answer = await pool.apply(echo, [cycle]) as { self: unknown };
  assert.equal(answer.self, answer);
  return new WeakRef(answer);
}

test(
  "An answer that came by message is garbage as soon as its caller drops it, while its worker lives on",
  { timeout },
  () =>
    withPool(1, async (pool) => {
      const answers = [await answerOf(pool), await answerOf(pool), await answerOf(pool)];
      const collect = garbageCollector();
      const kept = (): number => answers.filter((answer) => answer.deref() !== undefined).length;
      for (let look = 0; look < 200 && kept() > 1; look++) {
        await sleep(10);
        collect();
      }
      // A register of this function may still name the last one.
      assert.ok(kept() <= 1, `${kept()} of ${answers.length} answers are kept`);
      assert.equal(await pool.apply(echo, [1]), 1);
    }),
);
