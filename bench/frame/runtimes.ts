import { fileURLToPath } from "node:url";

export const runtimeNames = ["node", "deno", "bun"] as const;
export type RuntimeName = (typeof runtimeNames)[number];

/** A runtime's command and the arguments before a script. */
export interface RuntimeCommand {
  readonly name: RuntimeName;
  readonly command: string;
  readonly args: readonly string[];
}

const argsOf: Readonly<{ [name in RuntimeName]: readonly string[] }> = {
  node: ["--disable-warning=ExperimentalWarning"],
  // The others find the package by its own name; the configuration of the sources gives Deno the sources.
  deno: ["run", "--allow-all", "--no-check", "--import-map", benchFile("frame/deno_imports.json")],
  bun: ["run"],
};

/** The three pinned runtimes. */
export const runtimes: readonly RuntimeCommand[] = runtimeNames.map((name) => ({
  name,
  command: benchFile(`../node_modules/.bin/${name}`),
  args: argsOf[name],
}));

/** Path of a file from its path in `bench/`. */
export function benchFile(path: string): string {
  return fileURLToPath(new URL(`../${path}`, import.meta.url));
}
