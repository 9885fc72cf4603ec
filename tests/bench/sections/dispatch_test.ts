import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { benchFile, runtimes } from "../../../bench/frame/runtimes.ts";
import { dispatchSection } from "../../../bench/sections/dispatch.ts";

describe("the section dispatch", () => {
  const section = dispatchSection(runtimes);
  const contestants = new Set(section.contests.flatMap((contest) => contest.contestants));

  test("has each package of the peers among its contestants, in an exact version", () => {
    const { dependencies } = JSON.parse(readFileSync(benchFile("peers/package.json"), "utf8")) as {
      dependencies: { [name: string]: string };
    };
    for (const [name, version] of Object.entries(dependencies)) {
      assert.ok([...contestants].some((contestant) => contestant.startsWith(name)), name);
      assert.match(version, /^\d+\.\d+\.\d+$/, name);
      assert.ok(existsSync(benchFile(`peers/${name.replace("-", "_")}.mjs`)), name);
    }
  });

  test("compares each measure with somebody who is measured in it", () => {
    for (const { key, baseline } of section.measures) {
      const measured = section.contests.filter(({ measures }) => measures.includes(key));
      assert.ok(measured.length > 0, key);
      if (baseline === undefined) continue;
      assert.ok(measured.some(({ contestants }) => contestants.includes(baseline)), `${key}: ${baseline}`);
    }
  });

  test("measures each contestant once on each runtime", () => {
    const keys = section.contests.flatMap(({ column, contestants, measures }) =>
      contestants.flatMap((contestant) => measures.map((measure) => `${column} ${contestant} ${measure}`))
    );
    assert.equal(new Set(keys).size, keys.length);
  });
});
