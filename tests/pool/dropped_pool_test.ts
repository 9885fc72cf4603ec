import assert from "node:assert/strict";
import process from "node:process";
import { describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Pool } from "../../mod.ts";
import { garbageCollector } from "./fixtures/garbage_collector.ts";

const timeout = 60_000;

/** The answers of a pool that is dropped before it has given them. */
function answersOfDropped(): Promise<number[]> {
  return new Pool({ processes: 1, name: "Forgotten" }).map((x: number) => 2 * x, [1, 2, 3], { chunksize: 1 });
}

describe("_TestPool", () => {
  test("test_resource_warning: a pool that is dropped open warns, and gives what it owes", { timeout }, async () => {
    const warned = new Promise<Error>((resolve) => {
      const listen = (warning: Error): void => {
        if (!warning.message.includes("Forgotten was dropped")) return;
        process.off("warning", listen);
        resolve(warning);
      };
      process.on("warning", listen);
    });
    const collect = garbageCollector();
    assert.deepEqual(await answersOfDropped(), [2, 4, 6]);
    const first = { warning: undefined as Error | undefined };
    void warned.then((warning) => first.warning = warning);
    while (first.warning === undefined) {
      collect();
      await sleep(10);
    }
    assert.match(first.warning.message, /without close or terminate/);
  });
});
