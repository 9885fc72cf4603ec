/**
 * Rates of the kernels in this runtime, in GB/s: of lower-casing the texts of a folder, each from memory into one place
 * that is used again, beside a copy that does the same and beside the runtime's own decode, toLowerCase and encode; of
 * doubling on this thread and in one and two workers. Prints one line of JSON: `node rates.ts FOLDER`.
 */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { isMainProcess, kernels, Pool, SharedArray } from "../../mod.ts";
import { lowercaseRange, type RangeOptions } from "../../src/kernels/lowercase.ts";
import { allocate } from "../../src/memory/allocator.ts";
import { heapBytes } from "../../src/memory/linear_memory.ts";
import { doubleOften } from "./double_task.ts";

const PASSES = 15;
const CALLS = 6;
/** Texts that lie one after the other: more than the processor's caches hold, so that each comes from memory. */
const COPIES = 64;
/** Where a copy starts: from other places the processor copies at a tenth of the rate. */
const PAGE = 4096;
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
  const longest = Math.max(...readdirSync(folder).map((file) => statSync(join(folder, file)).size));
  const stride = Math.ceil(longest / PAGE) * PAGE;
  const room = longest + (longest >> 1);
  const [texts, target] = [allocate(COPIES * stride, PAGE), allocate(room, PAGE)];
  const bytes = heapBytes(texts + COPIES * stride);
  for (const file of readdirSync(folder)) {
    const own = new Uint8Array(readFileSync(join(folder, file)));
    const { length } = own;
    for (let at = 0; at < COPIES; at++) bytes.set(own, texts + at * stride);
    let turn = 0;
    const next = (): number => texts + turn++ % COPIES * stride;
    const lower = (options: RangeOptions) => void lowercaseRange(next(), length, target, room, options);
    found[file.replace(".txt", "")] = {
      ...measure(length, {
        copy: () => {
          const from = next();
          bytes.copyWithin(target, from, from + length);
        },
        pass: () => lower({ invalid: "pass" }),
        error: () => lower({ invalid: "error" }),
        replace: () => lower({ invalid: "replace" }),
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
