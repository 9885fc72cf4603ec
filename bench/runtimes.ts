import { fileURLToPath } from "node:url";

/** A runtime's command and the arguments before a script. */
export interface RuntimeCommand {
  readonly name: string;
  readonly command: string;
  readonly args: string[];
}

const bin = (name: string): string => fileURLToPath(new URL(`../node_modules/.bin/${name}`, import.meta.url));

/** The three pinned runtimes. */
export const runtimes: RuntimeCommand[] = [
  { name: "node", command: bin("node"), args: ["--disable-warning=ExperimentalWarning"] },
  { name: "deno", command: bin("deno"), args: ["run", "--allow-all", "--no-check"] },
  { name: "bun", command: bin("bun"), args: ["run"] },
];

/** Path of a file beside this one. */
export function benchFile(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}
