import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { describeProgress, describeWorker, doneShare, progressEvent } from "../../src/cli/progress_text.ts";
import { RateMeter } from "../../src/cli/rate_meter.ts";
import type { TextProgress } from "../../src/text/report.ts";

const timeout = 10_000;
const MIB = 1024 * 1024;

const whole: TextProgress = {
  bytesIn: 50 * MIB,
  bytesRead: 50 * MIB,
  bytesTotal: 200 * MIB,
  bytesOut: 50 * MIB,
  files: 1,
  filesTotal: 3,
  workers: [],
};

function meterOf(...notes: [time: number, text: number, read: number][]): RateMeter {
  const meter = new RateMeter(0);
  for (const [time, text, read] of notes) meter.note(time, text * MIB, read * MIB);
  return meter;
}

describe("describeProgress", () => {
  test("says how much of how much, how fast and how long still", { timeout }, () => {
    assert.equal(
      describeProgress(whole, meterOf([2000, 50, 50]), 2000),
      "50.0 MiB of 200 MiB, 25.0 MiB/s now, 25.0 MiB/s overall, 0:06 left, 1 of 3 files",
    );
  });

  test("reckons with what is stored where the input is compressed", { timeout }, () => {
    const progress = { ...whole, bytesRead: 10 * MIB, bytesTotal: 40 * MIB, filesTotal: 1 };
    assert.equal(
      describeProgress(progress, meterOf([2000, 50, 10]), 2000),
      "10.0 MiB of 40.0 MiB, 25.0 MiB/s now, 25.0 MiB/s overall, 0:06 left",
    );
    assert.equal(doneShare(progress), 0.25);
  });

  test("says less where the whole is not known or nothing is done yet", { timeout }, () => {
    const stream = { ...whole, bytesIn: 3 * MIB, bytesTotal: undefined, filesTotal: 1 };
    const words = describeProgress(stream, meterOf([1000, 3, 3]), 1000);
    assert.equal(words, "3.0 MiB, 3.0 MiB/s now, 3.0 MiB/s overall");
    const start = { ...whole, bytesIn: 0, bytesRead: 0, bytesTotal: MIB, filesTotal: 1 };
    assert.equal(describeProgress(start, meterOf(), 0), "0 B of 1.0 MiB, 0 B/s now, 0 B/s overall");
  });
});

describe("progress in a narrow terminal", () => {
  const meter = meterOf([2000, 50, 50]);
  const progress = { ...whole, records: 1000, recordsFailed: 2 };

  test("leaves out what tells least, and keeps how much and how long still", { timeout }, () => {
    const words =
      "50.0 MiB of 200 MiB, 25.0 MiB/s now, 25.0 MiB/s overall, 0:06 left, 1 of 3 files, 1000 records (2 failed)";
    assert.equal(describeProgress(progress, meter, 2000), words);
    assert.equal(
      describeProgress(progress, meter, 2000, words.length - 1),
      "50.0 MiB of 200 MiB, 25.0 MiB/s now, 0:06 left, 1 of 3 files, 1000 records (2 failed)",
    );
    assert.equal(describeProgress(progress, meter, 2000, 50), "50.0 MiB of 200 MiB, 25.0 MiB/s now, 0:06 left");
    assert.equal(describeProgress(progress, meter, 2000, 20), "50.0 MiB, 0:06 left");
    for (let columns = 0; columns < 120; columns++) {
      assert.ok(describeProgress(progress, meter, 2000, columns).length <= columns);
    }
  });

  test("shows the end of a long path, and nothing of a name that would move the cursor", { timeout }, () => {
    const worker = { name: "text-worker-1", tasks: 2, bytesIn: MIB, path: "deep/folder/name.txt" };
    assert.equal(describeWorker(worker, 43), "text-worker-1: 1.0 MiB in 2 tasks, …ame.txt");
    assert.equal(
      describeWorker({ ...worker, path: "a\n\x1b[2Jb" }),
      "text-worker-1: 1.0 MiB in 2 tasks, a\ufffd\ufffd[2Jb",
    );
    assert.equal(describeWorker({ ...worker, path: "-" }), "text-worker-1: 1.0 MiB in 2 tasks, standard input");
    assert.equal(describeWorker({ ...worker, path: "中文中文" }, 40), "text-worker-1: 1.0 MiB in 2 tasks, …中文");
  });
});

describe("RateMeter", () => {
  test("tells the rate of late from that overall, and looks ahead by the rate of late", { timeout }, () => {
    const meter = new RateMeter(0);
    for (let second = 1; second <= 100; second++) meter.note(second * 1000, second * 100, second * 100);
    for (let second = 101; second <= 120; second++) {
      meter.note(second * 1000, 10_000 + (second - 100) * 10, 10_000 + (second - 100) * 10);
    }
    const time = 120_000;
    assert.equal(meter.now(time), 10);
    assert.equal(meter.overall(time), 85);
    assert.equal(meter.secondsLeft(time, 10_300), 10);
    assert.equal(meter.secondsLeft(time, 10_200), 0);
  });

  test("what an earlier run did is not in the rates, and not in what is left", { timeout }, () => {
    const meter = new RateMeter(0);
    meter.note(1000, 900 + 100, 1900 + 100, { bytesIn: 900, bytesRead: 1900 });
    assert.equal(meter.now(1000), 100);
    assert.equal(meter.overall(1000), 100);
    assert.equal(meter.secondsLeft(1000, 2500), 5);
    assert.equal(meter.secondsLeft(1000, 2000), 0);
  });

  test("the rate falls while nothing comes", { timeout }, () => {
    const meter = new RateMeter(0);
    meter.note(1000, 100, 100);
    assert.equal(meter.now(1000), 100);
    assert.equal(meter.now(10_000), 10);
  });

  test("keeps few marks however often it is told", { timeout }, () => {
    const meter = new RateMeter(0);
    for (let at = 1; at <= 1_000_000; at++) meter.note(at / 10, at, at);
    assert.ok(Math.abs(meter.now(100_000) - 10_000) < 1);
  });
});

describe("progressEvent", () => {
  test("holds the progress, the rates and the time that is left", { timeout }, () => {
    const worker = { name: "text-worker-1", tasks: 3, bytesIn: 5, path: "a" };
    const progress = { ...whole, workers: [worker] };
    assert.deepEqual(JSON.parse(progressEvent(progress, meterOf([2000, 50, 50]), 2000)), {
      event: "progress",
      ...progress,
      rateNow: 25 * MIB,
      rateOverall: 25 * MIB,
      secondsLeft: 6,
    });
  });

  test("has null for what is not known", { timeout }, () => {
    const event = JSON.parse(progressEvent({ ...whole, bytesTotal: undefined }, meterOf(), 0));
    assert.equal(event.bytesTotal, null);
    assert.equal(event.secondsLeft, null);
  });
});

describe("describeWorker", () => {
  test("says what a worker did and does", { timeout }, () => {
    const worker = { name: "text-worker-1", tasks: 1, bytesIn: MIB, path: "a.txt" };
    assert.equal(describeWorker(worker), "text-worker-1: 1.0 MiB in 1 task, a.txt");
    assert.equal(describeWorker({ ...worker, tasks: 2, path: undefined }), "text-worker-1: 1.0 MiB in 2 tasks, idle");
  });
});
