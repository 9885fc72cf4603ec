import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { kernels, Lock, Manager, Process, Queue, SharedArray, SharedValue } from "manyhands";
import { lowercase } from "manyhands/text";
import { checksum } from "./checksum.ts";
import { choose, isLoss, items, nextIds, type Step } from "./step.ts";
import { type Answer, countUp, produce, produceAndExit, store } from "./tasks.ts";

/** Milliseconds after which a manager that does not come up says so. */
const LATE_MS = 15_000;

export const inPlace: Step = async ([threads], random, tally) => {
  const numbers = Array.from({ length: 1 + random.below(20_000) }, (_, i) => i);
  using array = new SharedArray("d", numbers);
  tally.calls++;
  try {
    await threads!.mapInPlace(kernels.double, array);
    assert.ok(array.view.every((value, i) => value === 2 * i), "an item that was not doubled just once");
  } catch (error) {
    isLoss(error, tally);
  }
};

export const queues: Step = async (pools, random, tally) => {
  // A process borrows it.
  const pool = choose(pools, random);
  const queue = new Queue<Answer>();
  const [producers, each] = [1 + random.below(4), 1 + random.below(100)];
  const first = nextIds(producers * each);
  tally.calls += producers;
  const made = Array.from({ length: producers }, (_, i) => pool.apply(produce, [queue, first + i * each, each]));
  const settled = await Promise.allSettled(made);
  const seen = new Set<number>();
  while (!queue.empty()) {
    const [id, sum] = await queue.get();
    assert.equal(sum, checksum(id, `${id}`));
    assert.ok(!seen.has(id), `message ${id} came twice`);
    seen.add(id);
  }
  settled.forEach((one, i) => {
    if (one.status === "rejected") return isLoss(one.reason, tally);
    for (let id = first + i * each; id < first + (i + 1) * each; id++) assert.ok(seen.has(id), `message ${id} is lost`);
  });
  queue.dispose();
};

export const locks: Step = async ([threads], random, tally) => {
  const [lock, counter] = [new Lock(), new SharedValue("i", 0, { lock: false })];
  const count = 1 + random.below(60);
  tally.calls += count;
  const settled = await Promise.allSettled(
    Array.from({ length: count }, () => threads!.apply(countUp, [lock, counter])),
  );
  const done = settled.filter(({ status }) => status === "fulfilled").length;
  for (const one of settled) if (one.status === "rejected") isLoss(one.reason, tally);
  assert.ok(counter.value >= done && counter.value <= count, `${counter.value} counts of ${done} to ${count}`);
  counter.dispose();
  lock.dispose();
};

export const managers: Step = async (pools, random, tally) => {
  const pool = choose(pools, random);
  const began = performance.now();
  const manager = await Manager().catch((error) => {
    // A machine that gives its server no time for so long has something else to do.
    if (performance.now() - began < LATE_MS) throw error;
    tally.late++;
  });
  if (manager === undefined) return;
  try {
    const dict = await manager.dict<number, number>();
    const ids = items(1 + random.below(20), random).map(({ id }) => id);
    tally.calls += ids.length;
    const settled = await Promise.allSettled(ids.map((id) => pool.apply(store, [dict, id])));
    for (const [i, one] of settled.entries()) {
      if (one.status === "rejected") isLoss(one.reason, tally);
      else assert.equal(await dict.get(ids[i]!), checksum(ids[i]!, `${ids[i]}`));
    }
  } finally {
    await manager.shutdown();
  }
};

/** Processes of their own: each says how many it has put and ends with a code of its own, or is killed. */
export const processes: Step = async (_, random, tally) => {
  const queue = new Queue<Answer>();
  const context = choose(["worker", "worker", "process"] as const, random);
  const [first, count] = [nextIds(20), 1 + random.below(20)];
  const child = new Process({ target: produceAndExit, args: [queue, first, count], context });
  tally.calls++;
  child.start();
  const isKilled = random.below(3) === 0;
  if (isKilled) {
    tally.kills++;
    await new Promise((resolve) => setTimeout(resolve, random.below(60)));
    child.kill();
  }
  await child.join();
  const seen = new Set<number>();
  while (!queue.empty()) {
    const [id, sum] = await queue.get();
    assert.equal(sum, checksum(id, `${id}`));
    assert.ok(!seen.has(id) && id >= first && id < first + count, `message ${id} came twice or is not its own`);
    seen.add(id);
  }
  // A round of kills from outside may have met it.
  if (!isKilled && child.exitCode !== -9) assert.deepEqual([child.exitCode, seen.size], [3, count], `${child.error}`);
  child.close();
  queue.dispose();
};

/** A text run, with workers of its own, over a file of some chunks. */
export const texts: Step = async (_, random, tally) => {
  const folder = await mkdtemp(join(tmpdir(), "manyhands-soak-"));
  try {
    const [input, output] = [join(folder, "in.txt"), join(folder, "out.txt")];
    const text = `${nextIds(1)} ÄÖÜ ΑΣ Soak\n`.repeat(1 + random.below(20_000));
    await writeFile(input, text);
    tally.calls++;
    const { failed } = await lowercase({ input, output, processes: 2, chunkBytes: 64 * 1024 });
    assert.deepEqual(failed, []);
    assert.ok(await readFile(output, "utf8") === text.toLowerCase(), "a text that is not lower-cased");
  } finally {
    await rm(folder, { recursive: true });
  }
};
