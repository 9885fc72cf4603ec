/**
 * Rates of the kernels beside a copy of the same bytes in the same memory, in one run on one thread. Prints the median
 * of several rounds in GB/s of input and as a ratio to the copy. Run it on each runtime: `node bench/kernels.ts`.
 */
import process from "node:process";
import { double } from "../src/kernels/double.ts";
import { lowercaseRange } from "../src/kernels/lowercase.ts";
import { allocate } from "../src/memory/allocator.ts";
import { heapBytes, typedView } from "../src/memory/linear_memory.ts";

const CHUNK_BYTES = 1 << 20;
const ROUNDS = 21;
const CALLS_A_ROUND = 16;

const texts: Record<string, string> = {
  "ASCII":
    "It is a truth universally acknowledged, that a single man in possession of a good fortune, must be in Want. ",
  "Russian":
    "Все счастливые семьи похожи друг на друга, каждая несчастливая семья несчастлива по-своему. (Лев Толстой) ",
  "Chinese": "学而时习之，不亦说乎？有朋自远方来，不亦乐乎？人不知而不愠，不亦君子乎？《论语》 Lunyu 1.1 😀。",
  "Greek":
    "Η Αθήνα είναι η πρωτεύουσα της Ελλάδας και η μεγαλύτερη πόλη της χώρας. Όλοι οι άνθρωποι γεννιούνται ΙΣΟΙ. ",
  "Polytonic": "Ἄνδρα μοι ἔννεπε, Μοῦσα, πολύτροπον, ὃς μάλα πολλὰ πλάγχθη, ἐπεὶ Τροίης ἱερὸν πτολίεθρον ἔπερσε. ",
  "German": "Falsches Üben von Xylophonmusik quält jeden größeren Zwerg. Die Straße in Österreich führt über Äcker. ",
  "Czech": "Příliš žluťoučký kůň úpěl ďábelské ódy. Žádný učený z nebe nespadl, říká se v Čechách. ",
  "Turkish": "Pijamalı hasta yağız şoföre çabucak güvendi. İstanbul'da Işık ve Ömer öğle yemeği yedi. ",
  "Vietnamese": "Trăm năm trong cõi người ta, Chữ tài chữ mệnh khéo là ghét nhau. Trải qua một cuộc bể dâu. ",
};

const source = allocate(CHUNK_BYTES, 4096);
const destination = allocate(2 * CHUNK_BYTES, 4096);

function main(): void {
  console.log(`${runtimeName()}: GB/s of input (ratio to a copy), median of ${ROUNDS} rounds`);
  for (const [name, text] of Object.entries(texts)) {
    const length = fill(text);
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

/** Fills the source with repetitions of a text, cut at a code point; returns its bytes. */
function fill(text: string): number {
  const pattern = new TextEncoder().encode(text);
  const whole = Math.floor(CHUNK_BYTES / pattern.length) * pattern.length;
  const bytes = heapBytes();
  for (let at = 0; at < whole; at += pattern.length) bytes.set(pattern, source + at);
  return whole;
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
