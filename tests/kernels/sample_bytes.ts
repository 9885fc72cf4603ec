// deno-fmt-ignore-file
import fc from "fast-check";

const encoder = new TextEncoder();

/** Pieces of text that meet each path of the kernel and both sides of the final sigma. */
export const validPieces: readonly string[] = [
  "Hello World, plain ASCII that is longer than one block of the kernel. ",
  "A", "z", " ", "\n", ".", "'", "Σ", "Σ", "ΣΣ", "ς", "Ωμέγα", "ΟΔΟΣ", "ПРИВЕТ", "Ѐёѡ", "\u{460}\u{47f}\u{480}\u{48a}", "ÀÿÞ×ß",
  "İ", "Ⱥ", "Ⱦ", "\u{212a}", "中文字符", "，。", "Ａｚ", "😀", "𐐀𐐨", "ĀſŽ", "Ⰰⱟ", "\u{301}", "\u{345}", "\u{200d}", "ᏣꙀꟐ", "Ნ", "ẞẠ",
  "\u{1e921}", "\u{16ea0}", "\ufeff", "한글", "ไทย",
];

/** Pieces that are invalid, or become so beside others. */
export const brokenPieces: readonly Uint8Array[] = [
  [0x80], [0xc3], [0xd0], [0xd1], [0xce], [0xe2, 0x82], [0xf0, 0x9f, 0x98], [0xed, 0xa0, 0x80], [0xc0, 0xaf], [0xff], [0xe1, 0xba],
  [0xf4, 0x90], [0x90, 0x90], [0xe4, 0xb8], [0xe0, 0x9f, 0xbf],
].map((bytes) => Uint8Array.from(bytes));

const valid = fc.constantFrom(...validPieces).map((piece) => encoder.encode(piece));
const broken = fc.constantFrom(...brokenPieces);

/** UTF-8 of mixed scripts. */
export const validText: fc.Arbitrary<Uint8Array> = fc.array(valid, { maxLength: 30 }).map(concat);

/** Mixed scripts with invalid bytes between and inside them. */
export const anyText: fc.Arbitrary<Uint8Array> = fc
  .array(fc.oneof({ weight: 3, arbitrary: valid }, { weight: 1, arbitrary: broken }), { maxLength: 30 })
  .map(concat);

/** One byte string after the other. */
export function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
