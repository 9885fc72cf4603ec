import { posix } from "node:path";
import { findCycle } from "./find_cycle.ts";
import { type Reference, scanModule } from "./scan_module.ts";

/** An import or a global that the rules forbid and that one file may use all the same. */
export interface Exception {
  readonly file: string;
  /** The specifier as written, or the name of the global. */
  readonly use: string;
  readonly reason: string;
}

/** What the check enforces. */
export interface LayerRules {
  /** From the lowest line to the highest; each holds folders of `src`, or `mod.ts`. */
  readonly lines: readonly (readonly string[])[];
  /** The one folder that may name these globals and import `node:` modules. */
  readonly runtimeFolder: string;
  readonly runtimeGlobals: readonly string[];
  /** Packages that the published code may import. */
  readonly packages: readonly string[];
  /** Generated code outside `src`: path prefix → the one folder that may import it. */
  readonly generated: Readonly<Record<string, string>>;
  readonly exceptions: readonly Exception[];
}

/**
 * Checks a tree of modules (path from the root, with slashes → text) against the rules.
 *
 * @returns one message a violation; an empty list says that the tree keeps the rules
 */
export function checkModules(modules: ReadonlyMap<string, string>, rules: LayerRules): string[] {
  const violations: string[] = [];
  const graph = new Map<string, string[]>();
  const usedExceptions = new Set<Exception>();
  const isExcepted = (file: string, use: string): boolean => {
    const exception = rules.exceptions.find((one) => one.file === file && one.use === use);
    if (exception) usedExceptions.add(exception);
    return exception !== undefined;
  };

  for (const [file, text] of modules) {
    const folder = folderOf(file);
    const report = (line: number, message: string): void => void violations.push(`${file}:${line} ${message}`);
    if (lineOf(folder, rules) < 0) {
      report(1, `${folder} is on no line of the layer table`);
      continue;
    }
    const scan = scanModule(text);
    const targets: string[] = [];
    for (const reference of scan.references) {
      if (isExcepted(file, reference.specifier)) continue;
      const { target, problem } = resolveReference(file, reference, modules, rules);
      if (target !== undefined) targets.push(target);
      if (problem !== undefined) report(reference.line, problem);
    }
    graph.set(file, targets);
    if (folder === rules.runtimeFolder) continue;
    for (const { name, line } of scan.names) {
      if (rules.runtimeGlobals.includes(name) && !isExcepted(file, name)) {
        report(line, `names ${name}, which only src/${rules.runtimeFolder} may do`);
      }
    }
  }

  const cycle = findCycle(graph);
  if (cycle) violations.push(`Cycle of imports: ${cycle.join(" -> ")}`);
  for (const exception of rules.exceptions) {
    if (!usedExceptions.has(exception)) {
      violations.push(`The exception for ${exception.use} in ${exception.file} is not used any more: remove it`);
    }
  }
  return violations;
}

function resolveReference(
  file: string,
  { specifier }: Reference,
  modules: ReadonlyMap<string, string>,
  rules: LayerRules,
): { target?: string; problem?: string } {
  const folder = folderOf(file);
  if (specifier.startsWith("node:")) {
    return folder === rules.runtimeFolder
      ? {}
      : { problem: `imports ${specifier}, which only src/${rules.runtimeFolder} may do` };
  }
  if (!specifier.startsWith(".")) {
    const isKnown = rules.packages.some((name) => specifier === name || specifier.startsWith(`${name}/`));
    return isKnown ? {} : { problem: `imports ${specifier}, which is not one of the package's dependencies` };
  }
  const path = posix.join(posix.dirname(file), specifier);
  for (const [prefix, owner] of Object.entries(rules.generated)) {
    if (!path.startsWith(prefix)) continue;
    return folder === owner ? {} : { problem: `imports ${path}, which only src/${owner} may do` };
  }
  // Compiled code names its modules .js; in the sources such a reference stands for the .ts beside it.
  const target = [path, path.replace(/\.js$/, ".ts")].find((candidate) => modules.has(candidate));
  if (target === undefined) return { problem: `refers to ${path}, which is no module of src and not mod.ts` };

  const targetFolder = folderOf(target);
  if (posix.basename(target).startsWith("_") && posix.dirname(target) !== posix.dirname(file)) {
    return { target, problem: `imports ${target}, which is private to its folder` };
  }
  if (targetFolder === folder) return { target };
  const [from, to] = [lineOf(folder, rules), lineOf(targetFolder, rules)];
  if (to > from) return { target, problem: `imports ${target}: ${targetFolder} lies above ${folder}` };
  if (to === from) return { target, problem: `imports ${target}: ${targetFolder} and ${folder} are on one line` };
  return { target };
}

function folderOf(file: string): string {
  const parts = file.split("/");
  if (parts[0] !== "src") return file;
  return parts.length > 2 ? (parts[1] ?? file) : file;
}

function lineOf(folder: string, rules: LayerRules): number {
  return rules.lines.findIndex((line) => line.includes(folder));
}
