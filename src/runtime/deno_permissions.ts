import { builtin } from "./builtin.ts";
import { process } from "./host_process.ts";

const nodePath = builtin<typeof import("node:path")>("node:path");
const nodeUrl = builtin<typeof import("node:url")>("node:url");

interface Descriptor {
  readonly name: string;
  readonly path?: string;
  readonly variable?: string;
  readonly command?: string;
}

interface DenoGlobal {
  readonly mainModule: string;
  readonly permissions: { querySync(descriptor: Descriptor): { readonly state: string } };
}

const names = ["read", "write", "net", "env", "run", "sys", "ffi", "import"] as const;
/** What this module, or the runtime for its sake, reads of the environment. */
const variables = ["MANYHANDS_CPU_COUNT", "TMPDIR", "TMP", "TEMP"] as const;

function deno(): DenoGlobal | undefined {
  return (globalThis as unknown as { Deno?: DenoGlobal }).Deno;
}

function isGranted(descriptor: Descriptor): boolean {
  return deno()?.permissions.querySync(descriptor).state === "granted";
}

/** Whether this program may start the one at `path`, which only Deno may forbid. */
export function mayRun(path: string): boolean {
  return deno() === undefined || isGranted({ name: "run", command: path });
}

/**
 * Flags that let Deno run the module at `url` with what this program may do. Of a permission for some things Deno does not
 * say for which, so it is asked about what a child needs: the folders of the module, the program and the place it is in.
 */
export function permissionFlags(url: URL): string[] {
  const granted = names.filter((name) => isGranted({ name }));
  if (granted.length === names.length) return ["-A"];
  const flags = granted.map((name) => `--allow-${name}`);
  const missing = (name: typeof names[number]): boolean => !granted.includes(name);
  for (const name of ["read", "write"] as const) {
    const folders = missing(name) ? grantedFolders(name, url) : [];
    if (folders.length > 0) flags.push(`--allow-${name}=${folders.map(escaped).join(",")}`);
  }
  const readable = missing("env") ? variables.filter((variable) => isGranted({ name: "env", variable })) : [];
  if (readable.length > 0) flags.push(`--allow-env=${readable.join(",")}`);
  if (missing("run") && mayRun(process.execPath)) flags.push(`--allow-run=${escaped(process.execPath)}`);
  return flags;
}

/** The highest folders, above the module, the program and the current folder, that may be used. */
function grantedFolders(name: "read" | "write", url: URL): string[] {
  const places = [url.href, deno()?.mainModule ?? ""].filter((place) => place.startsWith("file:"));
  const folders = new Set<string>();
  for (const place of [...places.map((href) => nodeUrl().fileURLToPath(href)), process.cwd(), "/tmp"]) {
    let highest: string | undefined;
    for (let at = place, last = ""; at !== last; last = at, at = nodePath().dirname(at)) {
      if (isGranted({ name, path: at })) highest = at;
    }
    if (highest !== undefined) folders.add(highest);
  }
  return [...folders];
}

/** A comma is doubled in a list of Deno's. */
function escaped(path: string): string {
  return path.replaceAll(",", ",,");
}
