/**
 * Rates of the kernels beside a copy of the same bytes in the same memory, in one run on one thread. Prints the median
 * of several rounds in GB/s of input and as a ratio to the copy. Run it on each runtime: `node bench/kernels.ts`.
 */
import process from "node:process";
import * as corpus from "../scripts/corpus_sentences.ts";
import type { Sentences } from "../scripts/corpus_sentences.ts";
import { double } from "../src/kernels/double.ts";
import { lowercaseRange } from "../src/kernels/lowercase.ts";
import { allocate } from "../src/memory/allocator.ts";
import { heapBytes, typedView } from "../src/memory/linear_memory.ts";

const CHUNK_BYTES = 1 << 20;
const ROUNDS = 21;
const CALLS_A_ROUND = 16;

const languages: Record<string, Sentences> = {
  English: corpus.english,
  Russian: corpus.russian,
  Chinese: corpus.chinese,
  Greek: corpus.greek,
  German: corpus.german,
  Czech: corpus.czech,
  Turkish: corpus.turkish,
  Vietnamese: corpus.vietnamese,
  Japanese: corpus.japanese,
  Armenian: corpus.armenian,
};

const source = allocate(CHUNK_BYTES, 4096);
const destination = allocate(2 * CHUNK_BYTES, 4096);

function main(): void {
  console.log(`${runtimeName()}: GB/s of input (ratio to a copy), median of ${ROUNDS} rounds`);
  for (const [name, sentences] of Object.entries(languages)) {
    const length = fill(sentences);
    const rows: Record<string, () => void> = {
      copy: () => heapBytes().copyWithin(destination, source, source + length),
      pass: () => void lowercaseRange(source, length, destination, 2 * CHUNK_BYTES),
      error: () => void lowercaseRange(source, length, destination, 2 * CHUNK_BYTES, { invalid: "error" }),
      replace: () => void lowercaseRange(source, length, destination, 2 * CHUNK_BYTES, { invalid: "replace" }),
    };
    print(name, rows, length);
  }
  const items = typedView(Float64Array, source, CHUNK_BYTES / 8);
  const singles = typedView(Float32Array, source, CHUNK_BYTES / 4);
  const integers = typedView(Int32Array, source, CHUNK_BYTES / 4);
  print("double", {
    copy: () => heapBytes().copyWithin(destination, source, source + CHUNK_BYTES),
    f64: () => void double(items),
    f32: () => void double(singles),
    i32: () => void double(integers),
  }, CHUNK_BYTES);
}

/** Fills the source with sentences in an order that no branch predictor learns, but the same in every run; returns its bytes. */
function fill({ openings, clauses, joint, stop, gap }: Sentences): number {
  let state = 1;
  const pick = (list: readonly string[]) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return list[Math.floor(state / 2 ** 32 * list.length)]!;
  };
  const encoder = new TextEncoder();
  const bytes = heapBytes();
  let at = 0;
  for (;;) {
    const sentence = encoder.encode(pick(openings) + joint + pick(clauses) + stop + gap);
    if (at + sentence.length > CHUNK_BYTES) return at;
    bytes.set(sentence, source + at);
    at += sentence.length;
  }
}

function print(name: string, rows: Record<string, () => void>, bytes: number): void {
  const rates = new Map(Object.keys(rows).map((row) => [row, [] as number[]]));
  for (let round = 0; round < ROUNDS; round++) {
    // The rows take turns, so that a neighbour's load falls on all of them.
    for (const [row, call] of Object.entries(rows)) {
      const start = performance.now();
      for (let at = 0; at < CALLS_A_ROUND; at++) call();
      rates.get(row)!.push(bytes * CALLS_A_ROUND / (performance.now() - start) / 1e6);
    }
  }
  const copy = median(rates.get("copy")!);
  const cells = [...rates].map(([row, found]) => {
    const rate = median(found);
    return `${row} ${rate.toFixed(2).padStart(6)}${row === "copy" ? "" : ` (${(rate / copy).toFixed(3)})`}`;
  });
  console.log(`${name.padEnd(11)} ${cells.join("  ")}`);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

function runtimeName(): string {
  if (process.versions.bun !== undefined) return `Bun ${process.versions.bun}`;
  if (process.versions.deno !== undefined) return `Deno ${process.versions.deno}`;
  return `Node ${process.versions.node}`;
}

main();
