// `npm run soak`: mixed load with random kills on the three runtimes, for minutes; CONTRIBUTING.md tells the options.
import { join } from "node:path";
import process from "node:process";
import { ensureInstalled, program, root } from "./ensure_installed.mjs";
import { main, runAndExit } from "./run_script.mjs";

await main(async () => {
  ensureInstalled();
  await runAndExit(program("node"), [join(root, "bench/soak/main.ts"), ...process.argv.slice(2)]);
});
