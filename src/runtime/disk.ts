/**
 * The steps by which files are made to survive a power cut: nothing is sure to be on the disk before `sync` says so, and
 * no name before `syncFolder` does.
 * @module
 */
import { builtin } from "./builtin.ts";
import { fileErrorCode, openInFolder } from "./files.ts";

const fs = builtin<typeof import("node:fs")>("node:fs")();

/** What tells a file from another that takes its name. */
export interface DiskFile {
  /** Bytes. */
  readonly size: number;
  /** The file's number in its file system, which a new name does not change. */
  readonly inode: string;
}

/** A disk as far as a checkpoint needs one; tests put one in its place that loses what was not synced. */
export interface Disk {
  /** Up to `length` bytes from `position` on, fewer at the end; undefined if there is no file. */
  read(path: string, position: number, length: number): Uint8Array | undefined;
  /** Writes at `position`; creates the file, and its folder, where there is none. */
  write(path: string, bytes: Uint8Array, position: number): void;
  /** Cuts an existing file off, or ends it in a hole. */
  setLength(path: string, length: number): void;
  /** What is at a path; undefined if there is no file. */
  status(path: string): DiskFile | undefined;
  /** Resolves when the content of a file as it is now survives a power cut. */
  sync(path: string): Promise<void>;
  /** Resolves when the names in a folder as they are now survive a power cut. */
  syncFolder(path: string): Promise<void>;
  /** Gives a file another name in the same folder, in one step, in place of what is there. */
  rename(from: string, to: string): void;
  /** Removes a file; fine if there is none. */
  remove(path: string): void;
}

/** The disk of the system. */
export const disk: Disk = {
  read(path, position, length) {
    let file;
    try {
      file = fs.openSync(path, "r");
    } catch (error) {
      if (fileErrorCode(error) === "ENOENT") return undefined;
      throw error;
    }
    try {
      const bytes = new Uint8Array(length);
      return bytes.subarray(0, fs.readSync(file, bytes, 0, length, position));
    } finally {
      fs.closeSync(file);
    }
  },
  write(path, bytes, position) {
    const file = openOrCreate(path);
    try {
      for (let done = 0; done < bytes.length;) {
        done += fs.writeSync(file, bytes, done, bytes.length - done, position + done);
      }
    } finally {
      fs.closeSync(file);
    }
  },
  setLength: (path, length) => fs.truncateSync(path, length),
  status(path) {
    const found = fs.statSync(path, { throwIfNoEntry: false });
    return found?.isFile() ? { size: found.size, inode: `${found.ino}` } : undefined;
  },
  sync: (path) => synced(path, "r+"),
  async syncFolder(path) {
    try {
      await synced(path, "r");
    } catch (error) {
      // Windows opens no folders, some network file systems sync none, and one may be closed to readers.
      if (!["EISDIR", "EPERM", "EACCES", "EINVAL", "ENOTSUP"].includes(fileErrorCode(error) ?? "")) throw error;
    }
  },
  rename: (from, to) => fs.renameSync(from, to),
  remove: (path) => fs.rmSync(path, { force: true }),
};

/** Makes the content of a file that this thread has opened survive a power cut. */
export function syncOpened(file: number): void {
  fs.fdatasyncSync(file);
}

function openOrCreate(path: string): number {
  const { O_RDWR, O_CREAT, O_NOFOLLOW = 0 } = fs.constants;
  return openInFolder(path, O_RDWR | O_CREAT | O_NOFOLLOW);
}

/** Any number of the file syncs all that any thread has written to it. */
async function synced(path: string, flags: string): Promise<void> {
  const handle = await fs.promises.open(path, flags);
  try {
    if (flags === "r") await handle.sync();
    else await handle.datasync();
  } finally {
    await handle.close();
  }
}
