/**
 * The command's surroundings: arguments, the three standard streams, the terminal, signals, the exit.
 * @module
 */
import { builtin } from "./builtin.ts";
import { runtime } from "./current.ts";
import { process } from "./host_process.ts";
import { pipedInput } from "./piped_input.ts";

const { fstatSync, read, readSync, writeSync } = builtin<typeof import("node:fs")>("node:fs")();

/** Arguments of the command, without the runtime and the script. */
export function commandArguments(): string[] {
  return process.argv.slice(2);
}

/** Standard input, piece by piece. A piece is good until the next one is asked for. */
export function standardInput(): AsyncIterable<Uint8Array> {
  const kind = inputKind();
  if (kind === "file") return readFileInput();
  if (runtime.name === "deno") return readOnDeno();
  if (kind !== "pipe") return process.stdin;
  return runtime.name === "bun" ? readOnBun() : pipedInput();
}

function inputKind(): "file" | "pipe" | "other" {
  try {
    const status = fstatSync(0);
    return status.isFile() ? "file" : status.isFIFO() || status.isSocket() ? "pipe" : "other";
  } catch {
    // Standard input is closed; its stream knows what to make of that.
    return "other";
  }
}

/** A file, from where the shell or an earlier command left it; Bun's stream begins at its start. */
async function* readFileInput(): AsyncGenerator<Uint8Array> {
  const piece = new Uint8Array(256 * 1024);
  for (let count: number; (count = readSync(0, piece, 0, piece.length, null)) > 0;) yield piece.subarray(0, count);
}

/** The part of Deno's own interface that is used here. Its streams of the Node kind are several times slower. */
interface DenoStreams {
  readonly Deno: {
    readonly stdin: { read(target: Uint8Array): Promise<number | null> };
    readonly stdout: { write(bytes: Uint8Array): Promise<number> };
  };
}

/**
 * A pipe, always into the same memory, by a thread of Bun's that waits for it; its streams take new memory for each piece and
 * leave a hundred megabytes to be collected.
 */
async function* readOnBun(): AsyncGenerator<Uint8Array> {
  const piece = new Uint8Array(256 * 1024);
  const next = (): Promise<number> =>
    new Promise((resolve, reject) =>
      read(0, piece, 0, piece.length, null, (error, count) => error ? reject(error) : resolve(count))
    );
  try {
    for (let count: number; (count = await next()) > 0;) yield piece.subarray(0, count);
  } catch (error) {
    if ((error as { code?: string }).code !== "EAGAIN") throw error;
    // Another program has made it a pipe that does not wait.
    yield* process.stdin;
  }
}

async function* readOnDeno(): AsyncGenerator<Uint8Array> {
  const { stdin } = (globalThis as unknown as DenoStreams).Deno;
  const piece = new Uint8Array(256 * 1024);
  for (let count: number | null; (count = await stdin.read(piece)) !== null;) yield piece.subarray(0, count);
}

/** Writes bytes to standard output; resolves when it can take more, rejects with code `EPIPE` once its reader closed it. */
export function writeStandardOutput(bytes: Uint8Array): Promise<void> {
  // Deno's stream writes to a pipe synchronously: while nobody reads, no signal would be heard.
  if (runtime.name === "deno") return writeOnDeno(bytes);
  listenForClosedPipe();
  return new Promise((resolve, reject) => {
    process.stdout.write(bytes, (error) => error ? reject(error) : resolve());
  });
}

async function writeOnDeno(bytes: Uint8Array): Promise<void> {
  const { stdout } = (globalThis as unknown as DenoStreams).Deno;
  for (let done = 0; done < bytes.length;) done += await stdout.write(bytes.subarray(done));
}

let listening = false;

/** An error of standard output reaches the writer by its promise; without a listener it would also end the program. */
function listenForClosedPipe(): void {
  if (listening) return;
  listening = true;
  process.stdout.on("error", () => {});
}

/** Writes a line to standard output; a reader that closed it has seen what it wanted. */
export function printLine(line: string): Promise<void> {
  return writeStandardOutput(new TextEncoder().encode(`${line}\n`)).catch((error) => {
    if ((error as { code?: string }).code !== "EPIPE") throw error;
  });
}

/** Writes text to standard error at once. */
export function printErrorLine(line: string): void {
  const bytes = new TextEncoder().encode(`${line}\n`);
  for (let done = 0; done < bytes.length;) {
    try {
      done += writeSync(2, bytes, done);
    } catch (error) {
      if ((error as { code?: string }).code !== "EAGAIN") return;
    }
  }
}

/** Standard error as a stream, for a progress bar. */
export function errorStream(): NodeJS.WriteStream {
  return process.stderr;
}

/** Whether standard error is a terminal that a progress bar can be drawn on. */
export function errorIsTerminal(): boolean {
  return process.stderr.isTTY === true && process.env["TERM"] !== "dumb";
}

/** Whether standard output is a terminal. */
export function outputIsTerminal(): boolean {
  return process.stdout.isTTY === true;
}

/** Whether standard input is a terminal, so that someone has to type. */
export function inputIsTerminal(): boolean {
  return process.stdin.isTTY === true;
}

/** Columns of the terminal; 80 where they are not known. */
export function terminalColumns(): number {
  return process.stderr.columns || 80;
}

/** Signals that ask the command to stop. */
export type StopSignal = "SIGINT" | "SIGTERM" | "SIGHUP";

/**
 * Calls `listener` for each signal that asks the command to stop, instead of ending at once. Resolves when that is in
 * force: Deno takes a turn of the event loop for it.
 */
export function onStopSignal(listener: (signal: StopSignal) => void): Promise<void> {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => listener(signal));
  return new Promise((resolve) => setTimeout(resolve, 0));
}

/** Ends the program, whatever its threads are doing. */
export function exit(code: number): never {
  process.exit(code);
}
