import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { test } from "node:test";
import fc from "fast-check";
import { lowercaseTwin } from "../../src/kernels/lowercase_twin.ts";
import { runRange, runStream } from "./range_runner.ts";
import { anyText, concat, interestingCodePoints, validPieces, validText } from "./sample_bytes.ts";

const timeout = 120_000;
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const bytesOf = (text: string) => encoder.encode(text);

test("Mixed text is lower-cased as by the twin, wherever it stands", { timeout }, () => {
  fc.assert(
    fc.property(anyText, fc.nat(63), (text, shift) => {
      for (const invalid of ["pass", "replace"] as const) {
        const run = runRange(text, { invalid }, 3 * text.length, shift);
        assert.equal(run.status, "ok");
        assert.equal(run.consumed, text.length);
        assert.deepEqual(run.output, lowercaseTwin(text, invalid));
      }
    }),
    { numRuns: 1000 },
  );
});

test("Each pair of pieces is lower-cased alike at each place of a block", { timeout }, () => {
  for (const first of validPieces) {
    for (const second of validPieces) {
      for (let before = 0; before < 18; before++) {
        const text = bytesOf(`${"B".repeat(before)}${first}${second}${first} the end, long enough for blocks`);
        assert.deepEqual(runRange(text).output, lowercaseTwin(text));
      }
    }
  }
});

test("Every alignment from 0 to 63 gives the same", { timeout }, () => {
  const text = bytesOf(validPieces.join("").repeat(3));
  const expected = lowercaseTwin(text);
  for (let shift = 0; shift < 64; shift++) {
    assert.deepEqual(runRange(text, {}, 3 * text.length, shift).output, expected);
  }
});

test("All pairs of interesting code points are lower-cased alike at each alignment from 0 to 63", { timeout }, () => {
  for (const first of interestingCodePoints) {
    // Often enough that blocks are in the middle of it, and at both ends of a line.
    const lines = interestingCodePoints.map((second) => String.fromCodePoint(first, second).repeat(9));
    const text = bytesOf(lines.join("\n"));
    const expected = lowercaseTwin(text);
    for (let shift = 0; shift < 64; shift++) {
      const { output } = runRange(text, {}, expected.length, shift);
      if (Buffer.compare(output, expected) !== 0) assert.deepEqual(output, expected, `${first} at ${shift}`);
    }
  }
});

test("A text cut anywhere and continued with the context is the whole", { timeout }, () => {
  fc.assert(
    fc.property(anyText, fc.constantFrom("pass" as const, "replace" as const), (text, invalid) => {
      const expected = lowercaseTwin(text, invalid);
      for (let cut = 0; cut <= text.length; cut++) {
        assert.deepEqual(runStream(text, [cut], 3 * text.length + 16, { invalid }), expected);
      }
    }),
    { numRuns: 60 },
  );
});

test("Any pieces and any full outputs give the whole", { timeout }, () => {
  const pieces = fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 60 });
  fc.assert(
    fc.property(anyText, pieces, fc.integer({ min: 4, max: 90 }), (text, lengths, capacity) => {
      let end = 0;
      const cuts = lengths.map((length) => end += length).filter((cut) => cut < text.length);
      for (const invalid of ["pass", "replace"] as const) {
        assert.deepEqual(runStream(text, cuts, capacity, { invalid }), lowercaseTwin(text, invalid));
      }
    }),
    { numRuns: 500 },
  );
});

test(
  "An output without room for the next code point is reported as full, with nothing of it written",
  { timeout },
  () => {
    const cases: [string, number, string][] = [["İ", 2, ""], ["aİ", 3, "a"], ["Ⱥ", 2, ""], ["ЯЯ", 3, "я"], [
      "中",
      0,
      "",
    ], ["😀", 3, ""]];
    for (const [text, capacity, expected] of cases) {
      const run = runRange(bytesOf(text), {}, capacity);
      assert.equal(run.status, "full");
      assert.equal(decoder.decode(run.output), expected);
      assert.equal(run.consumed, bytesOf(expected).length);
    }
    const replaced = runRange(Uint8Array.of(0x41, 0xff), { invalid: "replace" }, 3);
    assert.equal(replaced.status, "full");
    assert.equal(replaced.consumed, 1);
  },
);

test("An output of one and a half times the input is never full", { timeout }, () => {
  for (
    const text of [
      bytesOf("İ".repeat(50)),
      bytesOf("Ⱥ".repeat(33)),
      bytesOf("ȾA".repeat(40)),
      Uint8Array.of(0xff, 0xe2, 0x82),
    ]
  ) {
    const run = runRange(text, {}, text.length + (text.length >> 1));
    assert.equal(run.status, "ok");
    assert.deepEqual(run.output, lowercaseTwin(text));
  }
});

test("Replaced bytes are those that TextDecoder replaces", { timeout }, () => {
  const noise = fc.uint8Array({ maxLength: 60 });
  fc.assert(
    fc.property(fc.oneof(anyText, noise), (text) => {
      const expected = lowercaseTwin(bytesOf(decoder.decode(text)));
      assert.deepEqual(runRange(text, { invalid: "replace" }).output, expected);
    }),
    { numRuns: 2000 },
  );
});

test("The first invalid byte is where TextDecoder stops", { timeout }, () => {
  const fatal = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  fc.assert(
    fc.property(anyText, (text) => {
      const run = runRange(text, { invalid: "error" });
      assert.deepEqual(fatal.decode(text.subarray(0, run.consumed)), decoder.decode(text.subarray(0, run.consumed)));
      assert.deepEqual(run.output, lowercaseTwinBefore(text, run.consumed));
      if (run.status === "ok") assert.equal(run.consumed, text.length);
      else assert.throws(() => fatal.decode(text.subarray(0, Math.min(text.length, run.consumed + 4))));
    }),
    { numRuns: 1000 },
  );
});

/** The twin's output for `text` up to an invalid byte at `end`, which decides a sigma before it. */
function lowercaseTwinBefore(text: Uint8Array, end: number): Uint8Array {
  return end === text.length
    ? lowercaseTwin(text)
    : lowercaseTwin(concat([text.subarray(0, end), Uint8Array.of(0xff)])).subarray(0, -1);
}

test("Valid text is valid in every mode", { timeout }, () => {
  fc.assert(
    fc.property(validText, (text) => {
      const expected = lowercaseTwin(text);
      for (const invalid of ["pass", "error", "replace"] as const) {
        const run = runRange(text, { invalid });
        assert.equal(run.status, "ok");
        assert.deepEqual(run.output, expected);
      }
    }),
    { numRuns: 300 },
  );
});

test("What only the following text decides is left unless the end is known", { timeout }, () => {
  const consumed = (text: string, context = 0) => runRange(bytesOf(text), { end: "more", context }).consumed;
  assert.equal(consumed("ΑΣ"), 2);
  assert.equal(consumed("ΑΣ.'\u{301}"), 2);
  assert.equal(consumed("ΑΣ "), 5);
  assert.equal(consumed("ΑΣΑ"), 6);
  assert.equal(consumed("Σ.", 0), 3);
  assert.equal(consumed("Σ.", 1), 0);
  const cut = concat([bytesOf("ΑΣ"), Uint8Array.of(0xce)]);
  assert.equal(runRange(cut, { end: "more" }).consumed, 2);
  assert.deepEqual(runRange(cut, { end: "end" }).output, concat([bytesOf("ας"), Uint8Array.of(0xce)]));
  assert.deepEqual(runRange(bytesOf("ΑΣ."), { end: "end" }).output, bytesOf("ας."));
  assert.deepEqual(runRange(bytesOf("ΑΣ."), { end: "cased" }).output, bytesOf("ασ."));
  assert.deepEqual(runRange(bytesOf("Σ"), { end: "end", context: 1 }).output, bytesOf("ς"));
});

test("The context is whether the last code point that is not ignorable was cased", { timeout }, () => {
  const context = (text: string, before: number) => runRange(bytesOf(text), { context: before }).context;
  for (const before of [0, 1]) {
    assert.equal(context("", before), before);
    assert.equal(context("..\u{301}'", before), before);
    assert.equal(context("a.", before), 1);
    assert.equal(context("a1.", before), 0);
    assert.equal(context("中", before), 0);
    // Cased and Case_Ignorable at once counts as ignorable.
    assert.equal(context("\u{345}\u{2b0}", before), before);
  }
  assert.equal(runRange(concat([bytesOf("a"), Uint8Array.of(0xff)]), { context: 1 }).context, 0);
});
