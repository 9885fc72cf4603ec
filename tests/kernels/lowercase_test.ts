import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { kernels } from "../../src/kernels/kernels.ts";
import { lowercase } from "../../src/kernels/lowercase.ts";
import { lowercaseTwin } from "../../src/kernels/lowercase_twin.ts";
import { InvalidUtf8Error } from "../../src/core/errors.ts";
import { taskReferenceOf } from "../../src/core/task_reference.ts";
import { linearMemory } from "../../src/memory/linear_memory.ts";
import { anyText, concat, validPieces } from "./sample_bytes.ts";

const timeout = 60_000;
const encoder = new TextEncoder();

test("Strings and bytes come back as the same kind, new", { timeout }, () => {
  assert.equal(lowercase("ΟΔΟΣ ΤΟΥ ΗΛΙΟΥ, ПРИВЕТ, 中文 ABC"), "οδος του ηλιου, привет, 中文 abc");
  const bytes = encoder.encode("ÀB");
  const found = lowercase(bytes);
  assert.deepEqual(found, encoder.encode("àb"));
  assert.deepEqual(bytes, encoder.encode("ÀB"));
  assert.equal(lowercase(""), "");
  assert.deepEqual(lowercase(new Uint8Array(0)), new Uint8Array(0));
});

test("The rules beyond simple mappings hold", { timeout }, () => {
  const cases = {
    "İ": "i\u{307}",
    "Ⱥ": "ⱥ",
    "Ⱦ": "ⱦ",
    "\u{212a}": "k",
    "ẞ": "ß",
    "Σ": "σ",
    ".Σ": ".σ",
    "ΑΣ": "ας",
    "ΑΣ.": "ας.",
    "ΑΣ.Α": "ασ.α",
    "ΑΣ Α": "ας α",
    "ΣΣΣ": "σσς",
    "Α\u{301}Σ\u{301}": "α\u{301}ς\u{301}",
    "\u{345}Σ": "\u{345}σ",
  };
  for (const [text, expected] of Object.entries(cases)) assert.equal(lowercase(text), expected);
});

test("A byte order mark stays", { timeout }, () => {
  assert.equal(lowercase("\ufeffA"), "\ufeffa");
});

test("Lone surrogates stay as they are and end the context", { timeout }, () => {
  assert.equal(lowercase("A\ud800B"), "a\ud800b");
  assert.equal(lowercase("\udc00\ud800"), "\udc00\ud800");
  assert.equal(lowercase("ΑΣ\ud800Α"), "ας\ud800α");
  assert.equal(lowercase("Α\udfffΣ"), "α\udfffσ");
  assert.equal(lowercase("😀\ud83d"), "😀\ud83d");
});

test("Text far larger than a slice is lower-cased as a whole", { timeout }, () => {
  const piece = encoder.encode(validPieces.join(""));
  const parts = Array.from({ length: 1200 }, (_, at) => piece.subarray(0, piece.length - (at % 7)));
  const text = concat(parts);
  assert.ok(text.length > 200_000);
  for (const invalid of ["pass", "replace"] as const) {
    assert.deepEqual(lowercase(text, { invalid }), lowercaseTwin(text, invalid));
  }
});

test("A text that grows or shrinks throughout is whole", { timeout }, () => {
  assert.equal(lowercase("İ".repeat(100_000)), "i\u{307}".repeat(100_000));
  assert.equal(lowercase("\u{212a}".repeat(100_000)), "k".repeat(100_000));
  const noise = new Uint8Array(100_000).fill(0xff);
  assert.deepEqual(lowercase(noise, { invalid: "replace" }), encoder.encode("\ufffd".repeat(100_000)));
});

test("What decides a sigma may be any distance away", { timeout }, () => {
  for (const length of [65_530, 65_534, 65_535, 65_536, 131_070, 300_000]) {
    for (const ignorable of [".", "\u{301}", "\u{200d}"]) {
      const far = ignorable.repeat(Math.ceil(length / encoder.encode(ignorable).length));
      assert.equal(lowercase(`ΑΣ${far}Α`), `ασ${far}α`);
      assert.equal(lowercase(`ΑΣ${far}1`), `ας${far}1`);
      assert.equal(lowercase(`ΑΣ${far}`), `ας${far}`);
      assert.equal(lowercase(`Α${far}Σ`), `α${far}ς`);
    }
  }
});

test("Invalid bytes pass, are replaced, or are refused with their offset", { timeout }, () => {
  const text = concat([encoder.encode("ΑΣ"), Uint8Array.of(0xe2, 0x82), encoder.encode("Α")]);
  assert.deepEqual(lowercase(text), concat([encoder.encode("ας"), Uint8Array.of(0xe2, 0x82), encoder.encode("α")]));
  assert.deepEqual(lowercase(text, { invalid: "replace" }), encoder.encode("ας\ufffdα"));
  assert.throws(
    () => lowercase(text, { invalid: "error" }),
    (error) => error instanceof InvalidUtf8Error && error.offset === 4,
  );
  const late = new Uint8Array(150_000).fill(0x41);
  late[149_999] = 0xc3;
  assert.throws(
    () => lowercase(late, { invalid: "error" }),
    (error) => error instanceof InvalidUtf8Error && error.offset === 149_999,
  );
  fc.assert(fc.property(anyText, (bytes) => {
    assert.deepEqual(lowercase(bytes), lowercaseTwin(bytes));
  }));
});

test("Bytes in the linear memory itself are lower-cased into a new array", { timeout }, () => {
  const shared = new Uint8Array(linearMemory().buffer, 0, 0);
  assert.deepEqual(lowercase(shared), new Uint8Array(0));
  assert.equal(lowercase(new Uint8Array(new SharedArrayBuffer(2)).fill(0x41)).buffer.constructor, ArrayBuffer);
});

test("Anything else is refused by name", { timeout }, () => {
  const call = lowercase as unknown as (input: unknown, options?: unknown) => unknown;
  assert.throws(() => call(5), {
    name: "TypeError",
    message: "Cannot lower-case number: expected a string or a Uint8Array",
  });
  assert.throws(() => call(null), {
    name: "TypeError",
    message: "Cannot lower-case null: expected a string or a Uint8Array",
  });
  assert.throws(() => call([]), {
    name: "TypeError",
    message: "Cannot lower-case a Array: expected a string or a Uint8Array",
  });
  assert.throws(() => call("A", { invalid: "drop" }), {
    name: "TypeError",
    message: 'Option invalid must be "pass", "error" or "replace", got "drop"',
  });
});

test("The kernel is a task that workers find", { timeout }, () => {
  const reference = taskReferenceOf(kernels.lowercase);
  assert.equal(reference?.name, "lowercase");
  assert.equal(reference?.url, new URL("../../src/kernels/kernels.ts", import.meta.url).href);
});
