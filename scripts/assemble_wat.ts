/**
 * Makes the .wasm of each .wat in examples and tests: `node scripts/assemble_wat.ts`. With `--check` nothing is written,
 * and it fails where a .wasm is not what its text comes to.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { listFiles } from "./list_files.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const assembler = join(root, "node_modules/binaryen/bin/wasm-as");
const isCheck = process.argv.includes("--check");
const folder = mkdtempSync(join(tmpdir(), "manyhands-wat-"));
try {
  for (const text of ["examples", "tests"].flatMap((part) => listFiles(root, part, (path) => path.endsWith(".wat")))) {
    const made = join(folder, "made.wasm");
    const features = ["--enable-threads", "--enable-bulk-memory"];
    execFileSync(process.execPath, [assembler, join(root, text), "-o", made, ...features], { stdio: "inherit" });
    const target = text.replace(/\.wat$/, ".wasm");
    if (!isCheck) {
      writeFileSync(join(root, target), readFileSync(made));
    } else if (!readFileSync(made).equals(readFileSync(join(root, target)))) {
      console.error(`${target} is not what ${text} comes to: run scripts/assemble_wat.ts`);
      process.exitCode = 1;
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
