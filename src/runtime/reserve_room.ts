import { builtin } from "./builtin.ts";
import { mayRun } from "./deno_permissions.ts";
import { closeFile, openToWrite } from "./files.ts";
import { process } from "./host_process.ts";

const childProcess = builtin<typeof import("node:child_process")>("node:child_process");
const fs = builtin<typeof import("node:fs")>("node:fs")();

/** Of util-linux, which any Linux has: no runtime can ask the system for this. */
const PROGRAM = "/usr/bin/fallocate";
/** Bytes from which on writing gains what starting a program takes. */
const WORTHWHILE_BYTES = 256 * 1024 * 1024;
/** Bytes that `blocks` of a file's status counts by. */
const BLOCK_BYTES = 512;

/**
 * Reserves as much room for the file at `path` as the one at `like` has content, where that is long and without holes and
 * the disk has so much: on ext4 a write that need not look for room takes a quarter less. The size of the file stays what
 * it is, so that what is left over goes when its length is set. Resolves with whether it was done; nobody has to wait for
 * it, and where it is not possible nothing is different. Never rejects.
 *
 * @param least bytes from which on a file is long
 */
export function reserveRoom(path: string, like: string, least: number = WORTHWHILE_BYTES): Promise<boolean> {
  if (process.platform !== "linux" || !mayRun(PROGRAM)) return Promise.resolve(false);
  try {
    const { size, blocks } = fs.statSync(like);
    if (size < least || blocks * BLOCK_BYTES < size) return Promise.resolve(false);
    const { bavail, bsize } = fs.statfsSync(path);
    if (bavail * bsize < size) return Promise.resolve(false);
    return reserve(path, size);
  } catch {
    return Promise.resolve(false);
  }
}

/** The file is handed over open, as it may have lost its name by the time that the program begins. */
function reserve(path: string, bytes: number): Promise<boolean> {
  const file = openToWrite(path);
  try {
    const child = childProcess().spawn(PROGRAM, ["--keep-size", "--length", String(bytes), "/proc/self/fd/0"], {
      stdio: [file, "ignore", "ignore"],
      env: {},
    });
    child.unref();
    return new Promise((resolve) => {
      child.once("error", () => resolve(false));
      child.once("exit", (code) => resolve(code === 0));
    });
  } finally {
    closeFile(file);
  }
}
