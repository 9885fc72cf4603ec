import assert from "node:assert/strict";
import { Pool } from "manyhands";
import { assertAnswer, choose, isLoss, items, type Step, type Tally } from "./step.ts";
import type { Random } from "./random.ts";
import { type Answer, answer, answerLater, endSoon, type Item } from "./tasks.ts";

/** Workers of the pool of threads and of the pool of processes. */
export const THREADS = 3;
export const PROCESSES = 2;

export const calls: Step = async (pools, random, tally) => {
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

export const maps: Step = async (pools, random, tally) => {
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

export const imaps: Step = (pools, random, tally) => iterate(choose(pools, random), true, random, tally);
export const imapsUnordered: Step = (pools, random, tally) => iterate(choose(pools, random), false, random, tally);

/** A consumer that takes its time, and at times leaves before the end; no more may be read for it than the limits say. */
export const slowConsumers: Step = async (pools, random, tally) => {
  const sent = items(20 + random.below(80), random);
  const [buffersize, most] = [random.below(6), random.below(4) === 0 ? random.below(20) : Infinity];
  const pool = choose(pools, random);
  const limit = pool.stats().processes + buffersize;
  let [read, taken] = [0, 0];
  function* input(): Generator<Item> {
    for (const item of sent) {
      read++;
      assert.ok(read - taken <= limit + 1, `${read} items read for ${taken} taken, with a limit of ${limit}`);
      yield item;
    }
  }
  const results = pool.imap(answer, input(), { buffersize });
  while (taken < most) {
    try {
      const { done, value } = await results.next();
      if (done === true) break;
      assertAnswer(value, sent[taken]!);
    } catch (error) {
      isLoss(error, tally);
    }
    taken++;
    await new Promise((resolve) => setTimeout(resolve, random.below(3)));
  }
  tally.calls += taken;
  await results.return?.();
  if (most === Infinity) assert.equal(taken, sent.length);
};

/** More workers or fewer for a while: at the end there are as many as before, so that what grows shows. */
export const resizes: Step = async ([threads, processes], random, tally) => {
  const pool = choose([threads!, processes!], random);
  pool.resize(1 + random.below(4));
  await maps([pool], random, tally);
  pool.resize(pool === threads ? THREADS : PROCESSES);
};

/** A pool of its own, so that what a pool leaves behind adds up. */
export const shortPools: Step = async (_, random, tally) => {
  const context = choose(["worker", "worker", "inline"] as const, random);
  const recycling = random.below(2) === 0 && context === "worker" ? { maxTasksPerChild: 5 } : {};
  const pool = new Pool({ processes: 1 + random.below(2), context, ...recycling });
  await maps([pool], random, tally);
  if (random.below(2) === 0) return await pool.terminate();
  pool.close();
  await pool.join();
};

export const kills: Step = async (pools, random, tally) => {
  const pool = choose(pools, random);
  tally.kills++;
  try {
    await pool.apply(endSoon, [random.below(15)]);
  } catch (error) {
    isLoss(error, tally);
  }
};

export const cancels: Step = async (pools, random, tally) => {
  const pool = choose(pools, random);
  const sent = items(1 + random.below(50), random);
  tally.calls += sent.length;
  const results = sent.map((item) => pool.applyAsync(answerLater, [item]));
  // Some of them run by then.
  if (random.below(2) === 0) await new Promise((resolve) => setTimeout(resolve, random.below(10)));
  const cancelled = results.map(() => random.below(3) === 0);
  results.forEach((result, i) => cancelled[i] && result.cancel());
  const settled = await Promise.allSettled(results.map((result) => result.get()));
  settled.forEach((one, i) => {
    if (one.status === "fulfilled") assertAnswer(one.value, sent[i]!);
    else if (!cancelled[i] || (one.reason as { code?: string }).code !== "ERR_CANCELLED") isLoss(one.reason, tally);
  });
};
