/**
 * Makes the .wasm of each .wat in examples and tests: `node scripts/assemble_wat.ts`. With `--check` nothing is written,
 * and it fails where a .wasm is not what its text comes to.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import binaryen from "binaryen";
import { listFiles } from "./list_files.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const isCheck = process.argv.includes("--check");
const { Atomics: threads, BulkMemory, BulkMemoryOpt } = binaryen.Features;

function assembled(text: string): Uint8Array {
  const module = binaryen.parseText(text);
  try {
    module.setFeatures(threads | BulkMemory | BulkMemoryOpt);
    return module.emitBinary();
  } finally {
    module.dispose();
  }
}

for (const file of ["examples", "tests"].flatMap((part) => listFiles(root, part, (path) => path.endsWith(".wat")))) {
  const made = assembled(readFileSync(join(root, file), "utf8"));
  const target = file.replace(/\.wat$/, ".wasm");
  if (!isCheck) {
    writeFileSync(join(root, target), made);
  } else if (!readFileSync(join(root, target)).equals(made)) {
    console.error(`${target} is not what ${file} comes to: run scripts/assemble_wat.ts`);
    process.exitCode = 1;
  }
}
