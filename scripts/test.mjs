// `npm test`: installs what is missing, then hands over to scripts/verify/main.ts on the pinned Node.
import { join } from "node:path";
import process from "node:process";
import { ensureInstalled, program, root } from "./ensure_installed.mjs";
import { main, runAndExit } from "./run_script.mjs";

await main(async () => {
  ensureInstalled();
  await runAndExit(program("node"), [join(root, "scripts/verify/main.ts"), ...process.argv.slice(2)], { cwd: root });
});
