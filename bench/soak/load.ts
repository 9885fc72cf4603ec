import assert from "node:assert/strict";
import process from "node:process";
import { kernels, Lock, Manager, Pool, Queue, SharedArray, SharedValue, WorkerLostError } from "../../mod.ts";
import { checksum } from "./checksum.ts";
import type { Random } from "./random.ts";
import { type Answer, answer, answerLater, countUp, endSoon, type Item, produce, store } from "./tasks.ts";

/** What the load has done. */
export interface Tally {
  calls: number;
  /** Calls whose worker was killed under them. */
  lost: number;
  kills: number;
}

/** One step of the load; throws where a result is lost, doubled or not its own. */
export type Step = (pools: readonly Pool[], random: Random, tally: Tally) => Promise<void>;

let lastId = 0;

function items(count: number, random: Random): Item[] {
  return Array.from({ length: count }, () => {
    const id = ++lastId;
    const length = random.below(40) === 0 ? random.below(200_000) : random.below(60);
    const payload = id % 2 === 0 ? `${id} `.repeat(1 + length / 8) : new Uint8Array(length).fill(id);
    return { id, payload };
  });
}

function assertAnswer([id, sum]: Answer, item: Item): void {
  assert.equal(id, item.id, "the answer of another call");
  assert.equal(sum, checksum(item.id, item.payload), `the checksum of call ${item.id}`);
}

/** Whether the call was lost with its worker; throws where anything else went wrong. */
function isLoss(error: unknown, tally: Tally): true {
  if (!(error instanceof WorkerLostError)) throw error;
  tally.lost++;
  return true;
}

function choose<T>(list: readonly T[], random: Random): T {
  return list[random.below(list.length)]!;
}

const calls: Step = async (pools, random, tally) => {
  const pool = choose(pools, random);
  const sent = items(1 + random.below(60), random);
  tally.calls += sent.length;
  const settled = await Promise.allSettled(
    sent.map((item) =>
      pool.apply<[Item], Answer | Promise<Answer>>(random.below(2) === 0 ? answer : answerLater, [item])
    ),
  );
  settled.forEach((each, i) => {
    if (each.status === "fulfilled") assertAnswer(each.value, sent[i]!);
    else isLoss(each.reason, tally);
  });
};

const maps: Step = async (pools, random, tally) => {
  const sent = items(1 + random.below(200), random);
  tally.calls += sent.length;
  try {
    const answers = await choose(pools, random).map(answer, sent, { chunksize: choose(["auto", 1, 7], random) });
    assert.equal(answers.length, sent.length);
    answers.forEach((each, i) => assertAnswer(each, sent[i]!));
  } catch (error) {
    isLoss(error, tally);
  }
};

async function iterate(pool: Pool, isOrdered: boolean, random: Random, tally: Tally): Promise<void> {
  const sent = items(1 + random.below(200), random);
  const byId = new Map(sent.map((item) => [item.id, item]));
  tally.calls += sent.length;
  const results = isOrdered ? pool.imap(answerLater, sent) : pool.imapUnordered(answerLater, sent);
  let lost = 0;
  let last = 0;
  for (;;) {
    try {
      const { done, value } = await results.next();
      if (done === true) break;
      assertAnswer(value, byId.get(value[0])!);
      byId.delete(value[0]);
      if (isOrdered) assert.ok(value[0] > last, "out of order");
      last = value[0];
    } catch (error) {
      if (isLoss(error, tally)) lost++;
    }
  }
  assert.equal(byId.size, lost, "items without an answer that no lost worker had");
}

const imaps: Step = (pools, random, tally) => iterate(choose(pools, random), true, random, tally);
const imapsUnordered: Step = (pools, random, tally) => iterate(choose(pools, random), false, random, tally);

const inPlace: Step = async ([threads], random, tally) => {
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

const queues: Step = async ([threads], random, tally) => {
  const queue = new Queue<Answer>();
  const [producers, each] = [1 + random.below(4), 1 + random.below(100)];
  const first = lastId + 1;
  lastId += producers * each;
  tally.calls += producers;
  const made = Array.from({ length: producers }, (_, i) => threads!.apply(produce, [queue, first + i * each, each]));
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

const locks: Step = async ([threads], random, tally) => {
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

const managers: Step = async ([threads], random, tally) => {
  const manager = await Manager();
  try {
    const dict = await manager.dict<number, number>();
    const ids = items(1 + random.below(20), random).map(({ id }) => id);
    tally.calls += ids.length;
    const settled = await Promise.allSettled(ids.map((id) => threads!.apply(store, [dict, id])));
    for (const [i, one] of settled.entries()) {
      if (one.status === "rejected") isLoss(one.reason, tally);
      else assert.equal(await dict.get(ids[i]!), checksum(ids[i]!, `${ids[i]}`));
    }
  } finally {
    await manager.shutdown();
  }
};

/** A pool of its own, so that what a pool leaves behind adds up. */
const shortPools: Step = async (_, random, tally) => {
  const pool = new Pool({ processes: 1 + random.below(2), context: choose(["worker", "worker", "inline"], random) });
  await maps([pool], random, tally);
  if (random.below(2) === 0) return await pool.terminate();
  pool.close();
  await pool.join();
};

const kills: Step = async (pools, random, tally) => {
  const pool = choose(pools, random);
  tally.kills++;
  try {
    await pool.apply(endSoon, [random.below(15)]);
  } catch (error) {
    isLoss(error, tally);
  }
};

const cancels: Step = async ([threads], random, tally) => {
  const sent = items(1 + random.below(50), random);
  tally.calls += sent.length;
  const results = sent.map((item) => threads!.applyAsync(answerLater, [item]));
  const cancelled = results.map(() => random.below(3) === 0);
  results.forEach((result, i) => cancelled[i] && result.cancel());
  const settled = await Promise.allSettled(results.map((result) => result.get()));
  settled.forEach((one, i) => {
    if (one.status === "fulfilled") assertAnswer(one.value, sent[i]!);
    else if (!cancelled[i] || (one.reason as { code?: string }).code !== "ERR_CANCELLED") isLoss(one.reason, tally);
  });
};

/** A kill from outside, at any moment, of a worker that is a process. */
export function killChild(random: Random, children: readonly number[], tally: Tally): void {
  if (children.length === 0) return;
  tally.kills++;
  process.kill(choose(children, random), "SIGKILL");
}

/** The steps, each as often as its weight. */
export const steps: readonly Step[] = [
  ...[calls, maps, imaps, imapsUnordered, cancels, kills].flatMap((step) => [step, step, step]),
  ...[inPlace, queues, locks].flatMap((step) => [step, step]),
  managers,
  shortPools,
];
