import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { benchFile } from "../frame/runtimes.ts";

const corpus = benchFile("../examples/corpus");

/**
 * The text of which the source is made, over and over: the whole corpus, about four megabytes in fourteen languages. Its
 * length is odd, so that the ends of chunks fall everywhere in it. It ends a line, so that no repetition sees the next.
 */
export function sourceBlock(): Uint8Array {
  const files = readdirSync(corpus, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const block = Buffer.concat(files.map((path) => readFileSync(path)));
  const length = block.lastIndexOf("\n") + 1;
  return length % 2 === 1 ? block.subarray(0, length) : Buffer.concat([block.subarray(0, length), Buffer.from("\n")]);
}

/** The same in lower case by the means of the runtime that runs this, which have nothing in common with what is measured. */
export function expectedBlock(block: Uint8Array): Uint8Array {
  return new TextEncoder().encode(
    new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(block).toLowerCase(),
  );
}
