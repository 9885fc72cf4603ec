/**
 * What one writes without a text pipeline: two threads read ranges that end at line ends, decode, lower-case and encode
 * them; the main thread writes the results in order. Arguments: input, output.
 */
import { closeSync, openSync, readSync, statSync, writeSync } from "node:fs";
import process from "node:process";
import { Worker } from "node:worker_threads";

const CHUNK_BYTES = 4 << 20;
const LINE_FEED = 10;

const [input, output] = process.argv.slice(2) as [string, string];
const size = statSync(input).size;
const inputFile = openSync(input, "r");
const outputFile = openSync(output, "w");
const probe = new Uint8Array(64 << 10);

/** The end of the line at `position`. */
function lineEnd(position: number): number {
  for (let at = position; at < size; at += probe.length) {
    const found = probe.subarray(0, readSync(inputFile, probe, 0, probe.length, at)).indexOf(LINE_FEED);
    if (found >= 0) return at + found + 1;
  }
  return size;
}

const done = new Map<number, ArrayBuffer>();
let begin = 0;
let chunks = 0;
let written = 0;

await new Promise<void>((resolve) => {
  const workers = [0, 1].map(() => new Worker(new URL("./plain_pool_worker.mjs", import.meta.url)));
  const give = (worker: Worker): void => {
    if (begin >= size) return;
    const end = lineEnd(Math.min(size, begin + CHUNK_BYTES));
    worker.postMessage({ input, chunk: chunks++, begin, end });
    begin = end;
  };
  for (const worker of workers) {
    worker.on("message", ({ chunk, buffer }: { chunk: number; buffer: ArrayBuffer }) => {
      done.set(chunk, buffer);
      give(worker);
      for (let next = done.get(written); next !== undefined; next = done.get(written)) {
        done.delete(written++);
        writeSync(outputFile, new Uint8Array(next));
      }
      if (begin < size || written < chunks) return;
      for (const each of workers) void each.terminate();
      resolve();
    });
    give(worker);
  }
});
closeSync(outputFile);
