/**
 * Files and paths of Node, Deno and Bun: the one place that touches the file system.
 * File numbers are per thread on Deno, so a number never leaves the function call that opened it.
 * @module
 */
import { Buffer } from "node:buffer";
import * as nodePath from "node:path";
import { crc32 } from "../core/crc32.ts";
import { builtin } from "./builtin.ts";
import { process } from "./host_process.ts";

// An import would read every property of it, for which Node loads its streams: 4 ms in each thread.
const fs = builtin<typeof import("node:fs")>("node:fs")();

/** What is at a path, links followed. */
export interface FileStatus {
  /** `"other"`: a device, a pipe or a socket, to be read and written in order only. */
  readonly kind: "file" | "folder" | "other";
  /** Bytes. */
  readonly size: number;
  /** Time of the last change of the content, in milliseconds. */
  readonly modified: number;
  /** Equal for two paths exactly when they lead to the same file. */
  readonly identity: string;
}

/** The code of a file system error, such as `"ENOENT"`; undefined for any other error. */
export function fileErrorCode(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" && /^E[A-Z0-9]+$/.test(code) ? code : undefined;
}

/** What is at `path`; undefined if nothing is. Throws what the system throws, such as `EACCES`. */
export function fileStatus(path: string): FileStatus | undefined {
  // To make an error for each name that is not there costs more than to look for it.
  const status = fs.statSync(path, { throwIfNoEntry: false });
  if (status === undefined) return undefined;
  return {
    kind: status.isFile() ? "file" : status.isDirectory() ? "folder" : "other",
    size: status.size,
    modified: status.mtimeMs,
    identity: `${status.dev}:${status.ino}`,
  };
}

/** Whether a symbolic link is at `path`. */
export function isLink(path: string): boolean {
  return fs.lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}

/** The names in a folder, sorted as code units, so that every machine sees the same order. */
export function folderNames(path: string): string[] {
  return fs.readdirSync(path).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

/** Creates a folder and those above it; fine if it exists. */
export function makeFolder(path: string): void {
  // Not by mkdir's own recursive mode: Node's never returns where a file system such as /proc takes no folders.
  try {
    makeOneFolder(path);
  } catch (error) {
    const parent = nodePath.dirname(path);
    if (fileErrorCode(error) !== "ENOENT" || parent === path) throw error;
    // Another thread may have made it in the meantime.
    if (fileStatus(parent) === undefined) makeFolder(parent);
    makeOneFolder(path);
  }
}

function makeOneFolder(path: string): void {
  try {
    fs.mkdirSync(path);
  } catch (error) {
    if (fileErrorCode(error) !== "EEXIST" || fileStatus(path)?.kind !== "folder") throw error;
  }
}

/** Opens an existing file for reading. */
export function openToRead(path: string): number {
  return fs.openSync(path, "r");
}

/** Opens an existing file for writing at positions; its content stays. A symbolic link in its place is refused. */
export function openToWrite(path: string): number {
  // Windows has no such flag.
  return fs.openSync(path, fs.constants.O_RDWR | (fs.constants.O_NOFOLLOW ?? 0));
}

/**
 * The path beside `path` under which its content is written before it is complete. The name tells whose it is,
 * `.NAME.manyhands-PID.tmp`; being in the same folder, the file can be renamed to `path` in one step. `attempt` counts
 * the names that were taken.
 */
export function temporaryBeside(path: string, attempt: number = 0): string {
  // The longest name that Linux file systems take is 255 bytes.
  const name = Array.from(nodePath.basename(path)).slice(0, 50).join("");
  const suffix = attempt === 0 ? "" : `-${attempt}`;
  return nodePath.join(nodePath.dirname(path), `.${name}.manyhands-${process.pid}${suffix}.tmp`);
}

/** A hidden path beside `path` that is found again by it: `.NAME.manyhands-ENDING`, which no other name in the folder has. */
export function hiddenBeside(path: string, ending: string): string {
  const whole = nodePath.basename(path);
  const start = Array.from(whole).slice(0, 50).join("");
  const rest = start === whole ? "" : `-${crc32(new TextEncoder().encode(whole)).toString(16)}`;
  return nodePath.join(nodePath.dirname(path), `.${start}${rest}.manyhands-${ending}`);
}

/**
 * Creates an empty file, or empties it, and the folder if there is none; its number in this thread, open for writing. A
 * symbolic link in its place is refused.
 */
export function createEmpty(path: string): number {
  const { O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW = 0 } = fs.constants;
  return openInFolder(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW);
}

/** Opens a file with flags that create it, and creates the folder if there is none. */
export function openInFolder(path: string, flags: number): number {
  try {
    return fs.openSync(path, flags);
  } catch (error) {
    if (fileErrorCode(error) !== "ENOENT") throw error;
    makeFolder(nodePath.dirname(path));
    return fs.openSync(path, flags);
  }
}

/** A file that was just created. */
export interface NewFile {
  readonly path: string;
  /** Its number in this thread, open for writing. */
  readonly file: number;
}

/** Creates an empty file beside `path` under the first free name of `temporaryBeside`, and the folder if there is none. */
export function createTemporaryBeside(path: string): NewFile {
  try {
    return createTemporary(path);
  } catch (error) {
    // Most files find their folder made by the one before.
    if (fileErrorCode(error) !== "ENOENT") throw error;
    makeFolder(nodePath.dirname(path));
    return createTemporary(path);
  }
}

function createTemporary(path: string): NewFile {
  for (let attempt = 0;; attempt++) {
    const temporary = temporaryBeside(path, attempt);
    try {
      return { path: temporary, file: fs.openSync(temporary, "wx") };
    } catch (error) {
      if (fileErrorCode(error) !== "EEXIST" || attempt >= 1000) throw error;
    }
  }
}

/** Closes what `openToRead` or `openToWrite` opened. */
export function closeFile(file: number): void {
  fs.closeSync(file);
}

/** Fills `target` from `position` on; returns the number of bytes read, fewer only at the end of the file. */
export function readAt(file: number, target: Uint8Array, position: number): number {
  let done = 0;
  while (done < target.length) {
    const count = fs.readSync(file, target, done, target.length - done, position + done);
    if (count === 0) break;
    done += count;
  }
  return done;
}

/** Whether a file has content, whatever its size says: files of /proc and the like say 0. */
export function hasContent(path: string): boolean {
  const file = openToRead(path);
  try {
    return fs.readSync(file, new Uint8Array(1), 0, 1, 0) > 0;
  } finally {
    closeFile(file);
  }
}

/**
 * Bytes that one call writes at most, up to a multiple of them in the file. For larger ones Linux takes memory in blocks so
 * large that on a virtual machine they often have to come from its host: such a write was seen to cost four times as
 * much. Across multiples it takes many small blocks, which costs a third more.
 */
const WRITE_BYTES = 256 * 1024;

/** Writes all of `source` at `position`. */
export function writeAt(file: number, source: Uint8Array, position: number): void {
  let done = 0;
  while (done < source.length) {
    const at = position + done;
    done += fs.writeSync(file, source, done, Math.min(source.length - done, WRITE_BYTES - at % WRITE_BYTES), at);
  }
}

/** Makes a file `length` bytes long: cuts it off, or ends it in a hole. */
export function setFileLength(path: string, length: number): void {
  fs.truncateSync(path, length);
}

const zeros = new Uint8Array(WRITE_BYTES);

/** Whether every byte is 0, as in the holes of a sparse file. */
export function isZero(bytes: Uint8Array): boolean {
  // Text gives its answer at once.
  if (bytes.length === 0 || bytes[0] !== 0 || bytes[bytes.length - 1] !== 0) return false;
  for (let from = 0; from < bytes.length; from += WRITE_BYTES) {
    const part = bytes.subarray(from, from + WRITE_BYTES);
    if (Buffer.compare(part, zeros.subarray(0, part.length)) !== 0) return false;
  }
  return true;
}

/** Moves a file to another name in the same folder, replacing what is there. */
export function renameFile(from: string, to: string): void {
  fs.renameSync(from, to);
}

/** Removes a file; fine if there is none. */
export function removeFile(path: string): void {
  fs.rmSync(path, { force: true });
}

/**
 * The content of a file, device or pipe, read in order. Leaving it early takes well below a second, also where a pipe is
 * silent or was never opened for writing.
 */
export function readInOrder(path: string): AsyncIterable<Uint8Array> {
  return {
    [Symbol.asyncIterator]() {
      const stream = fs.createReadStream(path, { highWaterMark: 1 << 18 });
      let closed = false;
      stream.on("close", () => closed = true);
      // The iterator reports errors; this one is for those after it was left.
      stream.on("error", () => {});
      const pieces = stream[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
      return {
        next: () => pieces.next(),
        async return() {
          stream.destroy();
          for (let attempt = 0; !closed && attempt < 40; attempt++) {
            wakePipeReader(path);
            await new Promise((resolve) => setTimeout(resolve, 10));
          }
          return { done: true, value: undefined };
        },
      };
    },
  };
}

/**
 * Wakes this program's own thread that is blocked in opening or reading a named pipe, by writing a byte that it then
 * takes. Node waits for such a thread when it exits, so that not even a signal would end the program.
 */
function wakePipeReader(path: string): void {
  try {
    if (!fs.statSync(path).isFIFO()) return;
    const pipe = fs.openSync(path, fs.constants.O_WRONLY | fs.constants.O_NONBLOCK);
    fs.writeSync(pipe, "\n");
    fs.closeSync(pipe);
  } catch {
    // Nobody reads it any more.
  }
}

/** Opens a device or a pipe for writing in order. */
export async function writeInOrder(
  path: string,
): Promise<{ write(bytes: Uint8Array): Promise<void>; close(): Promise<void> }> {
  const handle = await fs.promises.open(path, "w");
  return {
    async write(bytes) {
      let done = 0;
      while (done < bytes.length) {
        const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, null);
        done += bytesWritten;
      }
    },
    close: () => handle.close(),
  };
}

/** The path with every link in it resolved; what does not exist yet is kept as it is under its real folder. */
export function realPath(path: string): string {
  const absolute = nodePath.resolve(path);
  try {
    return fs.realpathSync.native(absolute);
  } catch (error) {
    const parent = nodePath.dirname(absolute);
    if (fileErrorCode(error) !== "ENOENT" || parent === absolute) return absolute;
    return nodePath.join(realPath(parent), nodePath.basename(absolute));
  }
}

/** Whether `path` is `folder` or lies inside it; both as `realPath` gives them. */
export function isInside(path: string, folder: string): boolean {
  const relative = nodePath.relative(folder, path);
  return relative === "" || (relative !== ".." && !relative.startsWith(`..${nodePath.sep}`) &&
    !nodePath.isAbsolute(relative));
}

/** Joins path parts with the separator of the system. */
export function joinPath(...parts: string[]): string {
  return nodePath.join(...parts);
}

/** The folder part of a path. */
export function folderName(path: string): string {
  return nodePath.dirname(path);
}

/** The last part of a path, links and `.` resolved to a real name. */
export function baseName(path: string): string {
  return nodePath.basename(nodePath.resolve(path));
}

/** Whether a path says by its end that it names a folder. */
export function namesFolder(path: string): boolean {
  return path.endsWith("/") || path.endsWith(nodePath.sep);
}
