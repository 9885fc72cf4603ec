// `npm run faults`: plays the whole matrix of faults on the three runtimes and writes docs/faults.md; a part of it by words.
import { join } from "node:path";
import process from "node:process";
import { ensureInstalled, program, root } from "./ensure_installed.mjs";
import { main, runAndExit } from "./run_script.mjs";

await main(async () => {
  ensureInstalled();
  await runAndExit(program("node"), [join(root, "tests/faults/main.ts"), ...process.argv.slice(2)]);
});
