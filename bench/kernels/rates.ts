/**
 * Rates of the kernels in this runtime, in GB/s: of lower-casing the texts of a folder beside a copy of the same bytes
 * in the same memory and beside the runtime's own decode, toLowerCase and encode; of doubling on this thread and in one
 * and two workers. Prints one line of JSON: `node rates.ts FOLDER`.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { isMainProcess, kernels, Pool, SharedArray } from "../../mod.ts";
import { lowercaseRange } from "../../src/kernels/lowercase.ts";
import { allocate } from "../../src/memory/allocator.ts";
import { heapBytes } from "../../src/memory/linear_memory.ts";
import { doubleOften } from "./double_task.ts";

const PASSES = 15;
const CALLS = 6;
const BURSTS = 120;
const CACHE_BYTES = 256 << 10;
const MEMORY_BYTES = 64 << 20;

type Rates = Record<string, number>;

/** The median rate by processor time of each contestant; they take turns, so that a neighbour's load falls on all of them. */
function measure(bytes: number, contestants: Record<string, () => void>, calls: number = CALLS): Rates {
  const found = new Map(Object.keys(contestants).map((name) => [name, [] as number[]]));
  for (let pass = 0; pass < PASSES; pass++) {
    for (const [name, call] of Object.entries(contestants)) {
      const start = process.cpuUsage();
      for (let at = 0; at < calls; at++) call();
      const { user, system } = process.cpuUsage(start);
      found.get(name)!.push(bytes * calls / (user + system) / 1e3);
    }
  }
  return Object.fromEntries([...found].map(([name, rates]) => [name, median(rates)]));
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

function lowercaseRates(folder: string): Record<string, Rates> {
  const encoder = new TextEncoder();
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const found: Record<string, Rates> = {};
  for (const file of readdirSync(folder)) {
    const text = readFileSync(join(folder, file));
    const { length } = text;
    const room = length + (length >> 1);
    const [source, target, copy] = [allocate(length, 4096), allocate(room, 4096), allocate(length, 4096)];
    const bytes = heapBytes(copy + length);
    bytes.set(text, source);
    bytes.set(text, copy);
    const own = new Uint8Array(text);
    found[file.replace(".txt", "")] = {
      ...measure(length, {
        copy: () => bytes.copyWithin(target, copy, copy + length),
        pass: () => void lowercaseRange(source, length, target, room),
        error: () => void lowercaseRange(source, length, target, room, { invalid: "error" }),
        replace: () => void lowercaseRange(source, length, target, room, { invalid: "replace" }),
      }),
      ...measure(length, { runtime: () => void encoder.encode(decoder.decode(own).toLowerCase()) }, 1),
    };
  }
  return found;
}

async function doubleRates(): Promise<Rates> {
  const found: Rates = {};
  for (const [name, bytes] of [["cache", CACHE_BYTES], ["memory", MEMORY_BYTES]] as const) {
    const arrays = [0, 1].map(() => new SharedArray("d", bytes / 8));
    const calls = Math.max(1, (32 << 20) / bytes);
    Object.assign(found, {
      [`${name} thread`]: measure(bytes, { thread: () => void kernels.double(arrays[0]!.view) }, calls).thread,
    });
    // The best of many bursts: two workers need both processors at once, which neighbours mostly don't leave them.
    const best: [number, number] = [0, 0];
    const pool = new Pool(2);
    const times = Math.max(1, (64 << 20) / bytes);
    const run = (array: SharedArray) => pool.apply(doubleOften, [array.byteOffset, array.length, times]);
    for (let burst = 0; burst < BURSTS; burst++) {
      for (const workers of [1, 2]) {
        const start = performance.now();
        await Promise.all(arrays.slice(0, workers).map(run));
        const rate = workers * times * bytes / (performance.now() - start) / 1e6;
        best[workers - 1] = Math.max(best[workers - 1]!, rate);
      }
    }
    await pool.terminate();
    found[`${name} 1 worker`] = best[0];
    found[`${name} 2 workers`] = best[1];
  }
  return found;
}

if (isMainProcess) {
  const lowercase = lowercaseRates(process.argv[2]!);
  console.log(JSON.stringify({ lowercase, double: await doubleRates() }));
}
