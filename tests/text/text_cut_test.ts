import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { firstCut, lastCut } from "../../src/text/text_cut.ts";
import { validText } from "./sample_text.ts";

const timeout = 60_000;

/** The places where a text may be cut, its start and end among them, by a slow way. */
const places = {
  bytes: (bytes: Uint8Array) => Array.from({ length: bytes.length + 1 }, (_, at) => at),
  characters: (bytes: Uint8Array) => {
    const ends = [0];
    for (const character of new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes)) {
      ends.push(ends.at(-1)! + new TextEncoder().encode(character).length);
    }
    return ends;
  },
  lines: (bytes: Uint8Array) => {
    const ends = Array.from(bytes, (byte, at) => byte === 10 ? at + 1 : -1).filter((at) => at > 0);
    return [...new Set([0, ...ends, bytes.length])];
  },
};

describe("where a text is cut", () => {
  for (const cut of ["bytes", "characters", "lines"] as const) {
    test(
      `${cut}: the first place from any position on is found from the byte before it`,
      { timeout },
      () =>
        fc.assert(fc.property(validText, fc.nat(200), (bytes, nominal) => {
          if (bytes.length === 0) return;
          const position = 1 + nominal % bytes.length;
          const found = firstCut(cut, bytes.subarray(position - 1), true);
          assert.equal(position - 1 + found!, places[cut](bytes).find((place) => place >= position));
        })),
    );

    test(
      `${cut}: the last place in a text that goes on is found from what there is of it`,
      { timeout },
      () =>
        fc.assert(fc.property(validText, fc.nat(200), (bytes, length) => {
          if (bytes.length === 0) return;
          const known = length % bytes.length;
          // The end of the text is a place, that of what is known of it need not be.
          const inner = places[cut](bytes).filter((place) => place < bytes.length && place <= known);
          assert.equal(lastCut(cut, bytes.subarray(0, known)), inner.at(-1));
        })),
    );
  }

  test("a line without an end has no first place while the text goes on", { timeout }, () => {
    assert.equal(firstCut("lines", Uint8Array.of(97, 98), false), undefined);
    assert.equal(firstCut("lines", Uint8Array.of(97, 98), true), 2);
  });

  test("bytes that are no characters are cut within four of them", { timeout }, () => {
    const continuations = new Uint8Array(10).fill(0x80);
    assert.equal(firstCut("characters", continuations, false), 4);
    assert.equal(lastCut("characters", continuations), 10);
    assert.equal(lastCut("characters", Uint8Array.of(0xff, 0xff)), 2);
  });
});
