import { type InputOptions, type OutputChunk, type OutputOptions, rollup, type RollupLog } from "rollup";
import { basename, dirname, join } from "node:path";
import { carriedCommander, isCarried } from "./carried_commander.ts";
import { shortFieldNames } from "./short_field_names.ts";
import { staticImports } from "./static_imports.ts";
import { workerUrls } from "./worker_urls.ts";

/** What is put together. */
export interface BundleOptions {
  /** Folder of the compiled modules. */
  readonly folder: string;
  /** Folder that the result goes to. */
  readonly output: string;
  /** Paths in `folder` of the modules that keep their own files and exports, beside those that are named as workers. */
  readonly entries: readonly string[];
  /** The worker whose imports are put into one file, since every process and pool waits for them. */
  readonly startUp: string;
  /** Workers that share nothing with the rest: each gets a file with what it needs and no more. */
  readonly apart: readonly string[];
}

/** Bytes of a file below which it goes into another one, where loading that has no more effects. */
const FEW_BYTES = 40_000;

/**
 * Puts compiled modules together into few files. A thread takes some 0.2 to 0.5 ms for each file that it loads, so what a
 * worker needs at its start is one.
 */
export async function bundlePackage({ folder, output, entries, startUp, apart }: BundleOptions): Promise<void> {
  const core = staticImports(join(folder, startUp));
  await bundle(folder, entries, {
    plugins: [carriedCommander(folder), workerUrls(folder)],
    preserveEntrySignatures: "allow-extension",
  }, {
    dir: output,
    chunkFileNames: "src/chunks/[name].js",
    experimentalMinChunkSize: FEW_BYTES,
    manualChunks: (id) => core.has(id) ? "worker_core" : undefined,
  });
  // Each over the file which the whole made of it; what it loads later lies in a folder of its name.
  for (const path of apart) {
    await bundle(folder, [path], {}, { dir: output, chunkFileNames: `${withoutExtension(path)}/[name].js` });
  }
}

async function bundle(
  folder: string,
  entries: readonly string[],
  input: InputOptions,
  output: OutputOptions,
): Promise<void> {
  const paths = Object.fromEntries(entries.map((path) => [withoutExtension(path), join(folder, path)]));
  const plugins = [input.plugins, shortFieldNames()];
  const build = await rollup({ ...input, plugins, input: paths, external, onwarn, logLevel: "warn" });
  const { output: files } = await build.write({
    ...output,
    format: "es",
    entryFileNames: "[name].js",
    generatedCode: { constBindings: true },
  });
  await build.close();
  for (const file of files) if (file.type === "chunk") assertNames(file);
}

function external(id: string, importer: string | undefined): boolean {
  return !/^[./\0]/.test(id) && !isCarried(id, importer);
}

function onwarn(warning: RollupLog): void {
  // What the compiler writes for `using`.
  if (warning.code !== "THIS_IS_UNDEFINED") throw new Error(`${warning.code}: ${warning.message}`);
}

/** Errors, what is sent and tasks go by the names of their classes and functions. */
function assertNames({ fileName, code }: OutputChunk): void {
  const renamed = [...code.matchAll(/^(?:export )?class (\w+\$\d+)/gm)].map(([, name]) => name);
  if (renamed.length > 0) throw new Error(`The bundler renamed ${renamed.join(", ")} in ${fileName}`);
}

function withoutExtension(path: string): string {
  return join(dirname(path), basename(path, ".js"));
}
