import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

/** A folder of its own for one test. */
export interface TemporaryFolder {
  readonly path: string;
  /** The path of a name in it. */
  at(...names: string[]): string;
  /** Writes a file, with the folders above it; returns its path. */
  write(name: string, content: string | Uint8Array): string;
  read(name: string): string;
  /** The paths of all files in it, hidden ones too, relative and sorted. */
  files(): string[];
}

/** Runs a test in a new folder and removes it afterwards. */
export async function inTemporaryFolder<T>(test: (folder: TemporaryFolder) => T | Promise<T>): Promise<T> {
  const root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "manyhands-test-")));
  try {
    return await test({
      path: root,
      at: (...names) => path.join(root, ...names),
      write(name, content) {
        const target = path.join(root, name);
        fs.mkdirSync(path.dirname(target), { recursive: true });
        fs.writeFileSync(target, content);
        return target;
      },
      read: (name) => fs.readFileSync(path.join(root, name), "utf8"),
      files: () => listed(root, "").sort(),
    });
  } finally {
    fs.rmSync(root, { recursive: true, force: true });
  }
}

function listed(root: string, below: string): string[] {
  return fs.readdirSync(path.join(root, below), { withFileTypes: true }).flatMap((entry) => {
    const name = path.join(below, entry.name);
    return entry.isDirectory() ? listed(root, name) : [name];
  });
}
