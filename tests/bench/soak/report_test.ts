import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Random } from "../../../bench/soak/random.ts";
import { findings } from "../../../bench/soak/report.ts";
import type { Usage } from "../../../bench/soak/usage.ts";

const timeout = 10_000;
const flat: Usage = {
  residentKib: 200_000,
  heapKib: 15_000,
  codeKib: 2000,
  anonymousKib: 120_000,
  allocatedKib: 30_000,
  blocks: 3,
  sharedKib: 2048,
  descriptors: 40,
  threads: 12,
  children: 2,
};
const tally = { calls: 1, lost: 0, kills: 0, late: 0 };

/** What is found in five minutes with a look a second, of which every seventh finds garbage. */
function problemsOf(usageAt: (minute: number) => Partial<Usage>): string[] {
  const looks = Array.from({ length: 300 }, (_, second) => {
    const usage = { ...flat, ...usageAt(second / 60) };
    return { at: second / 60, usage: { ...usage, residentKib: usage.residentKib + (second % 7) * 10_000 } };
  });
  return findings(looks, flat, flat, tally).problems;
}

/** What is found in an hour, with garbage and noise as in a real one. */
function problemsOfHour(usageAt: (minute: number) => Partial<Usage>): string[] {
  const random = new Random(7);
  const looks = Array.from({ length: 1800 }, (_, look) => {
    const at = look / 30;
    const { residentKib, heapKib, ...others } = { ...flat, ...usageAt(at) };
    const noisy = { residentKib: residentKib + random.below(60_000), heapKib: heapKib + random.below(2000) };
    return { at, usage: { ...others, ...noisy } };
  });
  return findings(looks, flat, flat, tally).problems;
}

describe("The judgement of a soak", () => {
  test("what comes and goes is no growth, nor what the first minute brings", { timeout }, () => {
    assert.deepEqual(problemsOf(() => ({})), []);
    assert.deepEqual(problemsOf((minute) => ({ residentKib: 200_000 - 80_000 * Math.exp(-3 * minute) })), []);
    assert.deepEqual(problemsOf((minute) => ({ threads: 12 + Math.floor(minute * 60) % 3 })), []);
  });

  test("what goes on growing is", { timeout }, () => {
    for (
      const leak of [
        (minute: number) => ({ residentKib: 200_000 + 10_000 * minute }),
        (minute: number) => ({ allocatedKib: 30_000 + 2000 * minute }),
        (minute: number) => ({ heapKib: 15_000 + 1000 * minute }),
        (minute: number) => ({ blocks: 3 + Math.floor(20 * minute) }),
        (minute: number) => ({ descriptors: 40 + Math.floor(5 * minute) }),
        (minute: number) => ({ threads: 12 + Math.floor(5 * minute) }),
      ]
    ) {
      const [problem, ...others] = problemsOf(leak);
      assert.match(problem!, new RegExp(`^grows: (${Object.keys(leak(0)).map(shown)}):`));
      assert.deepEqual(others, []);
    }
  });

  test("100 bytes of each call are, in an hour of as few calls as a busy machine lets through", { timeout }, () => {
    const kibOfMinute = 100 * 1100 / 1024;
    const [problem, ...others] = problemsOfHour((minute) => ({ heapKib: 15_000 + kibOfMinute * minute }));
    assert.match(problem!, /^grows: objects KiB:/);
    assert.deepEqual(others, []);
  });

  test("what begins to grow late is, and what has come to its end is not", { timeout }, () => {
    const [problem] = problemsOfHour((minute) => ({ residentKib: 200_000 + Math.max(0, minute - 40) * 3000 }));
    assert.match(problem!, /^grows: resident KiB:/);
    const ended = [
      (minute: number) => ({ residentKib: 200_000 - 90_000 * Math.exp(-minute / 10) }),
      (minute: number) => ({ residentKib: minute < 30 ? 180_000 : 210_000 }),
      (minute: number) => ({ heapKib: minute < 30 ? 13_000 : 16_000 }),
      (minute: number) => ({ sharedKib: minute < 30 ? 2048 : 4096 }),
    ];
    for (const usageAt of ended) assert.deepEqual(problemsOfHour(usageAt), []);
  });

  test("threads, descriptors and processes that are left at the end are", { timeout }, () => {
    const after = { ...flat, threads: 30, descriptors: 60, children: 3 };
    const { problems } = findings([], flat, after, tally);
    assert.deepEqual(problems, ["18 threads are left", "20 descriptors are left", "1 processes are left"]);
  });
});

function shown(figure: string): string {
  const names: Record<string, string> = {
    residentKib: "resident KiB",
    allocatedKib: "allocated KiB",
    heapKib: "objects KiB",
    blocks: "shared blocks",
  };
  return names[figure] ?? figure;
}
