import assert from "node:assert/strict";
import { test } from "node:test";
import { parseFigures } from "../../../bench/frame/figures.ts";

const options = { timeout: 60_000 };

test(
  "lines of figures add up, a later one wins, and what is no figure is left out",
  options,
  () => {
    const figures = parseFigures(
      'warming up\n{"a":1}\n{"a":2,"b":null}\n{"broken\n{"c":"why"}\n',
      ["one"],
      ["a"],
    );
    assert.deepEqual([...figures.get("one")!], [["a", 2], ["b", null], [
      "c",
      "why",
    ]]);
  },
);

test(
  "an object inside has the figures of the contestant that it is named for",
  options,
  () => {
    const figures = parseFigures('{"two":{"a":5},"a":4,"stranger":{"a":9}}', [
      "one",
      "two",
    ], ["a"]);
    assert.equal(figures.get("one")!.get("a"), 4);
    assert.equal(figures.get("two")!.get("a"), 5);
    assert.equal(figures.has("stranger"), false);
  },
);

test(
  "a bare number is the first contestant's figure in the first measure",
  options,
  () => {
    assert.equal(
      parseFigures("12.5\n", ["one"], ["queue"]).get("one")!.get("queue"),
      12.5,
    );
  },
);
