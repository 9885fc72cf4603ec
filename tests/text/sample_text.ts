import fc from "fast-check";

/** Pieces that make lower-casing in parts hard: sigmas, what does not decide them, letters that change length, cuts. */
const PIECES = [
  "Σ",
  "Σ",
  "Σ.",
  "Σ'",
  "ΑΣ",
  "a",
  "A",
  "Z",
  ".",
  "..",
  ":",
  "'",
  "\u00ad",
  "\u0301",
  "’",
  " ",
  "\n",
  "1",
  "-",
  "İ",
  "Ⱥ",
  "Ж",
  "ж",
  "中",
  "文",
  "😀",
  "👍🏽",
  "\u212a",
  "ẞ",
  "ﬀ",
  "ʰ",
  "ͅ",
  "\u{10400}",
  "x".repeat(9),
];

/** Bytes that are no UTF-8, alone or before what follows. */
const INVALID = [[0xff], [0xc3], [0xe4, 0xb8], [0x80], [0xf0, 0x9f, 0x98], [0xed, 0xa0, 0x80], [0xe0, 0x80], [0xce]];

const encoder = new TextEncoder();

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let end = 0;
  for (const piece of pieces) {
    bytes.set(piece, end);
    end += piece.length;
  }
  return bytes;
}

/** Valid UTF-8 of the hard pieces. */
export const validText: fc.Arbitrary<Uint8Array> = fc.array(fc.constantFrom(...PIECES), { maxLength: 60 })
  .map((pieces) => encoder.encode(pieces.join("")));

/** One word without a place to cut: letters, sigmas and what does not decide them. */
export const giantWord: fc.Arbitrary<Uint8Array> = fc.array(
  fc.constantFrom("Σ", "Σ", ".", ".", "..........", "a", "Ж", "\u0301"),
  {
    maxLength: 80,
  },
).map((pieces) => encoder.encode(pieces.join("")));

/** The hard pieces with invalid bytes between them. */
export const anyBytes: fc.Arbitrary<Uint8Array> = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom(...PIECES).map((piece) => encoder.encode(piece)) },
    { weight: 1, arbitrary: fc.constantFrom(...INVALID).map((bytes) => Uint8Array.from(bytes)) },
  ),
  { maxLength: 60 },
).map(joined);

/** All three, with the giant words as often as the others. */
export const hardText: fc.Arbitrary<Uint8Array> = fc.oneof(validText, giantWord, anyBytes);
