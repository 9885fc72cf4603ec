import { readFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";

const importing = /^(?:import|export)\b[^;]*?["'](\.[^"']+)["'];$/gm;

/** Paths of the modules that a compiled module imports by statements, and that these do; without itself. */
export function staticImports(path: string): Set<string> {
  const found = new Set<string>();
  const visit = (importer: string): void => {
    for (const [, specifier] of readFileSync(importer, "utf8").matchAll(importing)) {
      const imported = fileURLToPath(new URL(specifier!, pathToFileURL(importer)));
      if (found.has(imported)) continue;
      found.add(imported);
      visit(imported);
    }
  };
  visit(path);
  found.delete(path);
  return found;
}
