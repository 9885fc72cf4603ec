// `npm run bench`: ratios measured side by side on the three runtimes; bench/README.md tells the sections.
import { join } from "node:path";
import process from "node:process";
import { ensureInstalled, ensurePeersInstalled, program, root } from "./ensure_installed.mjs";
import { main, runAndExit } from "./run_script.mjs";

await main(async () => {
  ensureInstalled();
  const sections = process.argv.slice(2).filter((word) => ["dispatch", "python", "kernels", "lower"].includes(word));
  if (sections.length === 0 || sections.includes("dispatch")) ensurePeersInstalled();
  await runAndExit(program("node"), [join(root, "bench/main.ts"), ...process.argv.slice(2)]);
});
