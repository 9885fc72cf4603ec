/**
 * Writes the sample corpus, `examples/corpus`: plain text in several scripts, the same bytes at every run.
 *
 *     node scripts/generate_corpus.ts            writes the files
 *     node scripts/generate_corpus.ts --check    compares them with what it would write; exit code 1 if they differ
 */
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import * as languages from "./corpus_sentences.ts";
import type { Sentences } from "./corpus_sentences.ts";

const ROOT = fileURLToPath(new URL("../examples/corpus/", import.meta.url));

type Upper = (text: string) => string;

interface Text {
  readonly parts: readonly Sentences[];
  readonly kilobytes: number;
  /** Capitals of the language; they must not depend on the tables of the runtime that runs this. */
  readonly upper: Upper;
  /** Whether headings are in Title Case. Georgian has no mixed case. */
  readonly hasTitles: boolean;
}

const plainUpper: Upper = (text) => text.toUpperCase();
const germanUpper: Upper = (text) => text.replaceAll("ß", "ẞ").toUpperCase();
const turkishUpper: Upper = (text) => text.replaceAll("i", "İ").toUpperCase();
// Capitals drop the accents of Greek, but keep the diaeresis.
const greekUpper: Upper = (text) =>
  text.normalize("NFD").replaceAll("\u0301", "").normalize("NFC").replaceAll("ς", "σ").toUpperCase();

function text(parts: Sentences[], kilobytes: number, upper: Upper = plainUpper, hasTitles = true): Text {
  return { parts, kilobytes, upper, hasTitles };
}

const { english, german, czech, french, vietnamese, turkish, russian, greek } = languages;
const { chinese, japanese, armenian, georgian, emoji } = languages;

const TEXTS: Record<string, Text> = {
  "latin/english.txt": text([english], 300),
  "latin/german.txt": text([german], 300, germanUpper),
  "latin/czech.txt": text([czech], 250),
  "latin/french.txt": text([french], 250),
  "latin/turkish.txt": text([turkish], 300, turkishUpper),
  "latin/tones/vietnamese.txt": text([vietnamese], 250),
  "cyrillic/russian.txt": text([russian], 350),
  "greek/greek.txt": text([greek], 400, greekUpper),
  "asia/chinese.txt": text([chinese], 250),
  "asia/japanese.txt": text([japanese], 250),
  "caucasus/armenian.txt": text([armenian], 200),
  "caucasus/georgian.txt": text([georgian], 200, plainUpper, false),
  "emoji.txt": text([emoji], 150),
  "mixed.txt": text([english, russian, greek, chinese, german, japanese, french, emoji], 300),
};

/** Numbers below a bound, the same at every run for one seed. */
type Random = (below: number) => number;

function randomFrom(seed: string): Random {
  let state = 0;
  for (const character of seed) state = (Math.imul(state, 31) + character.codePointAt(0)!) >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor(((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32 * below);
  };
}

function pick<T>(random: Random, list: readonly T[]): T {
  return list[random(list.length)];
}

function sentence(random: Random, { openings, clauses, joint, stop }: Sentences): string {
  return pick(random, openings) + joint + pick(random, clauses) + stop;
}

function titleCase(line: string, upper: Upper): string {
  return line.replace(/(^|[\s«“(])(\p{Ll})/gu, (_, before: string, letter: string) => before + upper(letter));
}

/** A paragraph, or a heading in Title Case or in capitals before it. */
function block(random: Random, { parts, upper, hasTitles }: Text): string {
  const language = pick(random, parts);
  const kind = random(10);
  if (kind === 0) return upper(sentence(random, language));
  if (kind === 1) {
    return hasTitles ? titleCase(pick(random, language.clauses), upper) : upper(pick(random, language.clauses));
  }
  const count = 2 + random(6);
  return Array.from({ length: count }, () => sentence(random, language)).join(language.gap);
}

function compose(path: string, text: Text): string {
  const random = randomFrom(path);
  const blocks: string[] = [];
  for (let bytes = 0; bytes < text.kilobytes * 1000;) {
    const next = block(random, text) + "\n\n";
    bytes += Buffer.byteLength(next);
    blocks.push(next);
  }
  return blocks.join("");
}

/** Names of all files below the corpus's folder, relative to it; none where there is no folder. */
async function namesThere(): Promise<string[]> {
  try {
    const entries = await readdir(ROOT, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => relative(ROOT, join(entry.parentPath, entry.name)));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

async function check(): Promise<string[]> {
  const differences: string[] = [];
  const there = new Set(await namesThere());
  for (const [path, text] of Object.entries(TEXTS)) {
    if (!there.delete(path)) differences.push(`${path} is missing`);
    else if (await readFile(join(ROOT, path), "utf8") !== compose(path, text)) differences.push(`${path} differs`);
  }
  for (const path of there) differences.push(`${path} is not part of the corpus`);
  return differences;
}

async function write(): Promise<void> {
  await rm(ROOT, { recursive: true, force: true });
  for (const [path, text] of Object.entries(TEXTS)) {
    await mkdir(dirname(join(ROOT, path)), { recursive: true });
    await writeFile(join(ROOT, path), compose(path, text));
  }
}

if (process.argv.includes("--check")) {
  const differences = await check();
  for (const difference of differences) console.error(`examples/corpus: ${difference}`);
  if (differences.length > 0) process.exitCode = 1;
} else {
  await write();
}
