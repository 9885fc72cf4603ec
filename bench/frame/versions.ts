import { readFileSync } from "node:fs";
import { versionOf } from "./machine.ts";
import { benchFile, runtimes } from "./runtimes.ts";

/** Packages from npm that take part. */
const peers = ["piscina"];

/** Versions of the runtimes, of the peers and of CPython, as far as they are there. */
export function versions(): { [name: string]: string } {
  const found: { [name: string]: string } = {};
  const note = (name: string, version: string | undefined): void => {
    const digits = /\d[\w.+-]*/.exec(version ?? "")?.[0];
    if (digits !== undefined) found[name] = digits;
  };
  for (const { name, command } of runtimes) note(name, versionOf(command));
  note("python", versionOf("python3"));
  const { devDependencies } = JSON.parse(readFileSync(benchFile("../package.json"), "utf8")) as {
    devDependencies: { [name: string]: string };
  };
  for (const peer of peers) note(peer, devDependencies[peer]);
  return found;
}
