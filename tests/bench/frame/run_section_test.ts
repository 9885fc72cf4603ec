import assert from "node:assert/strict";
import { test } from "node:test";
import { verdicts } from "../../../bench/frame/compare.ts";
import { toCsv } from "../../../bench/frame/csv.ts";
import { resultOf } from "../../../bench/frame/record.ts";
import type { Finished } from "../../../bench/frame/run_process.ts";
import { runSection } from "../../../bench/frame/run_section.ts";
import type { Contest, Section } from "../../../bench/frame/section.ts";
import { tables } from "../../../bench/frame/table.ts";

const options = { timeout: 60_000 };
const finished: Finished = {
  stdout: "",
  wallSeconds: 1,
  cpuSeconds: 1,
  peakMebibytes: 1,
};

/** A contest that ends in each round as the list says. */
function contest(
  contestant: string,
  log: string[],
  rounds: readonly Partial<Finished>[],
): Contest {
  let round = 0;
  return {
    column: "node",
    contestants: [contestant],
    measures: ["rate"],
    start: () => {
      log.push(contestant);
      return Promise.resolve({ ...finished, ...rounds[round++] });
    },
  };
}

function section(contests: readonly Contest[]): Section {
  return {
    name: "some",
    title: "Something",
    measures: [{
      key: "rate",
      title: "Rate",
      unit: "tasks/s",
      better: "more",
      baseline: "raw",
    }],
    targets: [{
      measure: "rate",
      contestant: "own",
      against: "raw",
      wanted: { node: 2 },
    }],
    contests,
  };
}

const rates = (...values: number[]): Partial<Finished>[] => values.map((rate) => ({ stdout: `{"rate":${rate}}` }));

test(
  "contests take turns, and every second round goes the other way",
  options,
  async () => {
    const log: string[] = [];
    const record = await runSection(
      section([
        contest("raw", log, rates(1, 2, 3)),
        contest("own", log, rates(4, 5, 6)),
      ]),
      { rounds: 3, deadlineSeconds: 9 },
    );
    assert.deepEqual(log, ["raw", "own", "own", "raw", "raw", "own"]);
    assert.deepEqual(resultOf(record, "rate", "own", "node")!.samples, [
      4,
      5,
      6,
    ]);
  },
);

test("a contest of several turns comes so often a round, in turns with others of the kind", options, async () => {
  const log: string[] = [];
  const record = await runSection(
    section([
      { ...contest("raw", log, rates(1, 2, 3, 4)), turns: 2 },
      contest("long", log, rates(9, 9)),
      { ...contest("own", log, [...rates(5), { failure: "oh" }, ...rates(7, 8)]), turns: 2 },
    ]),
    { rounds: 2, deadlineSeconds: 9 },
  );
  assert.deepEqual(log.slice(0, 5), ["raw", "long", "own", "raw", "own"]);
  assert.deepEqual(log.slice(5), ["own", "raw", "own", "long", "raw"]);
  assert.deepEqual(resultOf(record, "rate", "raw", "node")!.samples, [1, 2, 3, 4]);
  assert.match(tables(record), /own .* failed 1 of 4/);
});

test(
  "a round that failed is shown as such, and one that was late isn't started again",
  options,
  async () => {
    const log: string[] = [];
    const record = await runSection(
      section([
        contest("raw", log, rates(1, 1, 1)),
        contest("own", log, [
          { failure: "ended with exit code 1: Error: oh" },
          ...rates(8, 8),
        ]),
        contest("slow", log, [{
          failure: "not done within 9 s",
          wallSeconds: 9,
        }]),
        contest("silent", log, []),
      ]),
      { rounds: 3, deadlineSeconds: 9 },
    );
    assert.equal(log.filter((name) => name === "slow").length, 1);
    const text = tables(record);
    assert.match(text, /own +8 ±0 % \(8\.00\) failed 1 of 3/);
    assert.match(text, /slow +failed\n/);
    assert.match(text, /failed: slow, node: not done within 9 s/);
    assert.match(text, /failed: silent, node: printed no figure/);
  },
);

test("what fails after its figures is noted", options, async () => {
  const record = await runSection(
    section([
      contest("own", [], [{
        stdout: '{"rate":1}',
        failure: "not done within 9 s",
      }]),
    ]),
    { rounds: 1, deadlineSeconds: 9 },
  );
  assert.deepEqual(record.notes, [
    "own on node, after its figures: not done within 9 s",
  ]);
  assert.deepEqual(resultOf(record, "rate", "own", "node")!.samples, [1]);
});

test(
  "targets are judged by the ratio of medians",
  options,
  async () => {
    const record = await runSection(
      section([
        contest("raw", [], rates(10)),
        contest("own", [], rates(15)),
      ]),
      { rounds: 1, deadlineSeconds: 9 },
    );
    assert.deepEqual(
      verdicts(record).map(({ found, isMet }) => ({ found, isMet })),
      [{ found: 1.5, isMet: false }],
    );
    assert.match(tables(record), /node 1\.50, MISSED 2\.00/);
  },
);

test(
  "a record as CSV has a line for each result, with quotes where they are needed",
  options,
  async () => {
    const record = await runSection(
      section([
        contest("raw", [], rates(10)),
        contest('own, "quoted"', [], rates(25)),
      ]),
      { rounds: 1, deadlineSeconds: 9 },
    );
    const csv = toCsv({
      format: 1,
      date: "2026-01-01T00:00:00Z",
      commit: "abc",
      machine: { cores: 2, model: "", memoryGibibytes: 1, system: "" },
      load: [0, 0],
      versions: {},
      sections: [record],
    });
    assert.equal(
      csv.split("\r\n")[2],
      'some,Rate,tasks/s,"own, ""quoted""",node,25,25,25,1,2.5,raw,',
    );
  },
);
