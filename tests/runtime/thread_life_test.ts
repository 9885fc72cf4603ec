import assert from "node:assert/strict";
import { existsSync, readdirSync, readlinkSync } from "node:fs";
import { test } from "node:test";
import { Pool } from "../../mod.ts";

const DESCRIPTORS = "/proc/self/fd";
const POOLS = 5;
const WORKERS = 2;

/** Event loops of which this process holds the descriptor. */
function eventLoops(): number {
  return readdirSync(DESCRIPTORS).filter((descriptor) => {
    try {
      return readlinkSync(`${DESCRIPTORS}/${descriptor}`).includes("eventpoll");
    } catch {
      // It was closed meanwhile.
      return false;
    }
  }).length;
}

async function startAndClose(): Promise<void> {
  const pool = new Pool(WORKERS);
  pool.close();
  await pool.join();
}

test("threads that end as soon as they have begun leave no descriptor", {
  timeout: 60_000,
  skip: !existsSync(DESCRIPTORS),
}, async () => {
  await startAndClose();
  const before = eventLoops();
  for (let i = 0; i < POOLS; i++) await startAndClose();
  // A thread gives them back a little after its end; one or two of the last may have yet to.
  const most = before + WORKERS;
  for (let looks = 0; looks < 100 && eventLoops() > most; looks++) await new Promise((next) => setTimeout(next, 50));
  assert.ok(eventLoops() <= most, `${eventLoops()} event loops, ${before} before`);
});
