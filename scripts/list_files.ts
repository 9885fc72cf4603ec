import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** The files under a folder that the filter accepts: sorted, as paths from the root with slashes. A missing folder has none. */
export function listFiles(root: string, folder: string, accepts: (path: string) => boolean): string[] {
  if (!existsSync(join(root, folder))) return [];
  const found: string[] = [];
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) found.push(...listFiles(root, path, accepts));
    else if (accepts(path)) found.push(path);
  }
  return found.sort();
}
