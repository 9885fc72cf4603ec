import assert from "node:assert/strict";
import { type Pool, WorkerLostError } from "manyhands";
import { checksum } from "./checksum.ts";
import type { Random } from "./random.ts";
import type { Answer, Item } from "./tasks.ts";

/** What the load has done. */
export interface Tally {
  calls: number;
  /** Calls whose worker was killed under them. */
  lost: number;
  kills: number;
  /** Managers that did not come up in time. */
  late: number;
}

/** One step of the load; throws where a result is lost, doubled or not its own. */
export type Step = (pools: readonly Pool[], random: Random, tally: Tally) => Promise<void>;

let lastId = 0;

/** The first of `count` numbers that nothing else has. */
export function nextIds(count: number): number {
  const first = lastId + 1;
  lastId += count;
  return first;
}

/** Things to be answered, a few of them large. */
export function items(count: number, random: Random): Item[] {
  return Array.from({ length: count }, () => {
    const id = nextIds(1);
    const length = random.below(40) === 0 ? random.below(200_000) : random.below(60);
    const payload = id % 2 === 0 ? `${id} `.repeat(1 + length / 8) : new Uint8Array(length).fill(id);
    return { id, payload };
  });
}

/** Throws where it is not the answer of this item. */
export function assertAnswer([id, sum]: Answer, item: Item): void {
  assert.equal(id, item.id, "the answer of another call");
  assert.equal(sum, checksum(item.id, item.payload), `the checksum of call ${item.id}`);
}

/** Whether the call was lost with its worker; throws where anything else went wrong. */
export function isLoss(error: unknown, tally: Tally): true {
  if (!(error instanceof WorkerLostError)) throw error;
  tally.lost++;
  return true;
}

/** One of the list. */
export function choose<T>(list: readonly T[], random: Random): T {
  return list[random.below(list.length)]!;
}
