import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import * as corpus from "../../scripts/corpus_sentences.ts";
import type { Sentences } from "../../scripts/corpus_sentences.ts";

/** Bytes of each text: what the pipeline works on at a time. */
const TEXT_BYTES = 1 << 20;

const languages: Record<string, Sentences> = {
  English: corpus.english,
  German: corpus.german,
  French: corpus.french,
  Czech: corpus.czech,
  Turkish: corpus.turkish,
  Vietnamese: corpus.vietnamese,
  Russian: corpus.russian,
  Greek: corpus.greek,
  Armenian: corpus.armenian,
  Georgian: corpus.georgian,
  Chinese: corpus.chinese,
  Japanese: corpus.japanese,
};

/** Texts that no writer writes: each defeats something that makes the kernel fast. */
const adversarial: Record<string, () => Uint8Array> = {
  "all Σ": () => encode("Σ"),
  "all İ": () => encode("İ"),
  "polytonic": () => encode("ὁ Ἀχιλλεὺς ᾄδει τὴν μῆνιν· Ὕμνον ἔγραψεν ὁ ποιητής, ᾯ τὸ φῶς. "),
  "scripts by turns": () => encode("aЯčΣ中ẮხՄῼÉ"),
  "random bytes": () => randomBytes(256),
  "random leads": () => randomBytes(64),
};

/** Writes the texts into a folder, a file each; returns their names in order. */
export function writeTexts(folder: string): string[] {
  const texts = new Map<string, Uint8Array>();
  for (const [name, sentences] of Object.entries(languages)) texts.set(name, compose(sentences));
  const pages = manualPages("/usr/share/man/man3") ?? manualPages("/usr/share/man/man1");
  if (pages !== undefined) texts.set("manual pages", pages);
  for (const [name, make] of Object.entries(adversarial)) texts.set(name, make());
  for (const [name, bytes] of texts) writeFileSync(join(folder, `${name}.txt`), bytes);
  return [...texts.keys()];
}

/** Sentences in an order that no branch predictor learns, but the same in every run. */
function compose({ openings, clauses, joint, stop, gap }: Sentences): Uint8Array {
  const next = numbers();
  const pick = (list: readonly string[]) => list[Math.floor(next() * list.length)]!;
  let text = "";
  for (let bytes = 0; bytes < TEXT_BYTES;) {
    const sentence = pick(openings) + joint + pick(clauses) + stop + gap;
    text += sentence;
    bytes += Buffer.byteLength(sentence);
  }
  return encode(text);
}

/** A text over and over, cut at a character. */
function encode(text: string): Uint8Array {
  const bytes = new TextEncoder().encode(text.repeat(Math.ceil(TEXT_BYTES / Buffer.byteLength(text))));
  let end = TEXT_BYTES;
  while ((bytes[end]! & 0xc0) === 0x80) end--;
  return bytes.subarray(0, end);
}

function randomBytes(below: number): Uint8Array {
  const next = numbers();
  return Uint8Array.from({ length: TEXT_BYTES }, () => 255 - Math.floor(next() * below));
}

function numbers(): () => number {
  let state = 1;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
}

/** Debian's manual pages, where they are installed and enough. */
function manualPages(folder: string): Uint8Array | undefined {
  if (!existsSync(folder)) return undefined;
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for (const name of readdirSync(folder).sort()) {
    if (!name.endsWith(".gz") || bytes >= TEXT_BYTES) continue;
    const page = gunzipSync(readFileSync(join(folder, name)));
    parts.push(page);
    bytes += page.length;
  }
  return bytes < TEXT_BYTES ? undefined : encode(new TextDecoder().decode(Buffer.concat(parts)));
}
