import assert from "node:assert/strict";
import { test } from "node:test";
import { options, sectionNames } from "../../../bench/frame/options.ts";

test(
  "without arguments all sections run on all runtimes",
  { timeout: 60_000 },
  () => {
    const { sections, runtimes } = options([]);
    assert.deepEqual(sections, sectionNames);
    assert.deepEqual(runtimes.map(({ name }) => name), ["node", "deno", "bun"]);
  },
);

test("what makes no sense is refused by name", { timeout: 60_000 }, () => {
  assert.throws(
    () => options(["nonsense"]),
    /Unknown section "nonsense": expected dispatch, python/,
  );
  assert.throws(
    () => options(["--runtime", "perl"]),
    /Unknown runtime "perl": expected node, deno, bun/,
  );
  assert.throws(
    () => options(["--rounds", "0"]),
    /--rounds is 0: expected a whole number of 1 or more/,
  );
});
