import { readFileSync } from "node:fs";
import { versionOf } from "./machine.ts";
import { benchFile, runtimes } from "./runtimes.ts";

/** Versions of the runtimes, of the peers and of CPython, as far as they are there. */
export function versions(): { [name: string]: string } {
  const found: { [name: string]: string } = {};
  const note = (name: string, version: string | undefined): void => {
    const digits = /\d[\w.+-]*/.exec(version ?? "")?.[0];
    if (digits !== undefined) found[name] = digits;
  };
  for (const { name, command } of runtimes) note(name, versionOf(command));
  note("python", versionOf("python3"));
  const { dependencies } = JSON.parse(readFileSync(benchFile("peers/package.json"), "utf8")) as {
    dependencies: { [name: string]: string };
  };
  for (const [peer, version] of Object.entries(dependencies)) note(peer, version);
  return found;
}
