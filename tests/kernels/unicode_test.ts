import assert from "node:assert/strict";
import { test } from "node:test";
import { lowercase } from "../../src/kernels/lowercase.ts";
import { lowercaseTwin } from "../../src/kernels/lowercase_twin.ts";
import { casedRanges, caseIgnorableRanges } from "../../src/kernels/case_tables.ts";

const timeout = 300_000;
const encoder = new TextEncoder();

// U+16EA0 got its mapping in Unicode 17; U+A7DD is one of those of Unicode 18. Deno 2.9 has the tables of Unicode 16.
const runtimeHasUnicode17 = "\u{16ea0}".toLowerCase() === "\u{16ebb}" && "\ua7dd".toLowerCase() === "\ua7dd";
const skip = runtimeHasUnicode17
  ? false
  : "this runtime has the tables of another version than https://www.unicode.org/versions/Unicode17.0.0/";

function* scalarValues(): Generator<number> {
  for (let codePoint = 0; codePoint <= 0x10ffff; codePoint++) {
    if (codePoint < 0xd800 || codePoint > 0xdfff) yield codePoint;
  }
}

/** Checks lines of text in batches: a line end keeps what stands on its two sides independent. */
function checkLines(lines: Iterable<string>, expected: (text: string) => string): number {
  let count = 0;
  let batch: string[] = [];
  const check = () => {
    const text = batch.join("\n");
    const found = lowercase(text);
    if (found !== expected(text)) {
      for (const line of batch) assert.equal(lowercase(line), expected(line), `of ${JSON.stringify(line)}`);
      assert.fail("A batch of lines differs, no line of it does");
    }
    batch = [];
  };
  for (const line of lines) {
    count++;
    if (batch.push(line) === 4096) check();
  }
  check();
  return count;
}

function byTwin(text: string): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(lowercaseTwin(encoder.encode(text)));
}

function* eachScalarValue(): Generator<string> {
  for (const codePoint of scalarValues()) yield String.fromCodePoint(codePoint);
}

function* sigmaContexts(codePoints: Iterable<number>): Generator<string> {
  for (const codePoint of codePoints) {
    const c = String.fromCodePoint(codePoint);
    yield `${c}Σ`;
    yield `A${c}Σ`;
    yield `AΣ${c}`;
    yield `AΣ${c}A`;
  }
}

/** Every code point with a class, and the neighbours of each range of them. */
function classifiedCodePoints(): Set<number> {
  const found = new Set<number>();
  for (const ranges of [casedRanges, caseIgnorableRanges]) {
    for (let at = 0; at < ranges.length; at += 2) {
      for (let codePoint = ranges[at]! - 1; codePoint <= ranges[at + 1]! + 1; codePoint++) {
        if (codePoint >= 0 && codePoint !== 0x0a) found.add(codePoint);
      }
    }
  }
  return found;
}

test("All 1,112,064 scalar values are lower-cased as by the twin", { timeout }, () => {
  assert.equal(checkLines(eachScalarValue(), byTwin), 1_112_064);
});

test("Every code point with a class stands beside a sigma as by the twin", { timeout }, () => {
  assert.ok(checkLines(sigmaContexts(classifiedCodePoints()), byTwin) > 4 * 7000);
});

test("All scalar values are lower-cased as by this runtime", { timeout, skip }, () => {
  assert.equal(checkLines(eachScalarValue(), (text) => text.toLowerCase()), 1_112_064);
});

test("Every scalar value stands beside a sigma as in this runtime", { timeout, skip }, () => {
  assert.equal(checkLines(sigmaContexts(scalarValues()), (text) => text.toLowerCase()), 4 * 1_112_064);
});
