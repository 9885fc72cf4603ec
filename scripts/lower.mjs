// `npm run lower -- …` on Node and `bun run lower …` on Bun: the same command, relative paths from where it was called.
import { join } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { ensureInstalled, program, root } from "./ensure_installed.mjs";
import { main, runAndExit } from "./run_script.mjs";

/** Runs `manyhands lower` with these arguments on the runtime that started the script. */
export function lower(args) {
  const onBun = "bun" in process.versions || (process.env.npm_config_user_agent ?? "").startsWith("bun/");
  // Bun starts scripts in the package's folder and says only in this variable where it was called.
  const calledFrom = onBun ? process.env.npm_config_local_prefix : process.env.INIT_CWD;
  return runAndExit(program(onBun ? "bun" : "node"), [join(root, "src/cli/main.ts"), "lower", ...args], {
    cwd: calledFrom ?? process.cwd(),
  });
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  await main(async () => {
    ensureInstalled();
    await lower(process.argv.slice(2));
  });
}
