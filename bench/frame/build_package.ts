import { spawnSync } from "node:child_process";
import { benchFile, runtimes } from "./runtimes.ts";

/** Builds the package into `dist/`, which the benchmarks import as whoever installs it does. */
export function buildPackage(): void {
  const script = benchFile("../scripts/build_package.ts");
  const { status, stdout, stderr } = spawnSync(runtimes[0]!.command, [script], {
    encoding: "utf8",
  });
  if (status !== 0) {
    throw new Error(`The package cannot be built: ${stdout}${stderr}`);
  }
}
