import { parentPort, workerData } from "node:worker_threads";
import { allocate, free } from "../../src/memory/allocator.ts";
import { adoptLinearMemory, typedView } from "../../src/memory/linear_memory.ts";

const { memory, seed, rounds } = workerData as { memory: WebAssembly.Memory; seed: number; rounds: number };
adoptLinearMemory(memory);

let state = seed;
function random(below: number): number {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor(state / 2 ** 32 * below);
}

const live: { offset: number; words: number; fill: number }[] = [];
let damaged = 0;
for (let round = 0; round < rounds; round++) {
  if (live.length < 50 && random(2) === 0) {
    const words = random(100) === 0 ? 300_000 : 1 + random(500);
    const offset = allocate(words * 4, 16 << random(6));
    const fill = (seed << 24 | round) >>> 0;
    typedView(Uint32Array, offset, words).fill(fill);
    live.push({ offset, words, fill });
  } else if (live.length > 0) {
    const { offset, words, fill } = live.splice(random(live.length), 1)[0];
    if (typedView(Uint32Array, offset, words).some((word) => word !== fill)) damaged++;
    free(offset);
  }
}
// The rest is left to the main thread to free.
parentPort!.postMessage({ damaged, offsets: live.map(({ offset }) => offset) });
