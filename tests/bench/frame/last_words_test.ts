import assert from "node:assert/strict";
import { test } from "node:test";
import { lastWords } from "../../../bench/frame/run_process.ts";

const timeout = 60_000;

test("of an error report the message is told, without colours and with paths as in the project", { timeout }, () => {
  const file = new URL("../../../bench/peers/some.mjs", import.meta.url).href;
  assert.equal(
    lastWords(`\u001b[31mTypeError: no\u001b[0m pool in ${file}:3\n    at main (${file}:3:1)\n`),
    "TypeError: no pool in bench/peers/some.mjs:3",
  );
  assert.equal(lastWords(`one\nat <anonymous> (${file}:8:1)\n\n`), "at <anonymous> (bench/peers/some.mjs:8:1)");
  assert.equal(lastWords(""), "no message");
});
