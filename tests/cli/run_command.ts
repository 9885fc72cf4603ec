import { type ChildProcess, spawn, type StdioOptions } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { inTemporaryFolder, type TemporaryFolder } from "../text/temporary_folder.ts";

const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));

/** How a run of the command ended. */
export interface CommandEnd {
  /** Exit code; null if a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The command and its arguments as this test's runtime is called for them. */
export function commandLine(args: readonly string[]): string[] {
  return programLine(main, args);
}

/** The same for any program. */
export function programLine(program: string, args: readonly string[]): string[] {
  const runtimeArgs = "Deno" in globalThis ? ["run", "-A", "--quiet", program] : [program];
  return [process.execPath, ...runtimeArgs, ...args];
}

/** Starts the command on the runtime that runs this test. */
export function startCommand(args: readonly string[], stdio: StdioOptions = "pipe", cwd?: string): ChildProcess {
  const [command, ...rest] = commandLine(args);
  return spawn(command!, rest, { stdio, cwd });
}

/** Resolves when the command has ended and its streams are read. */
export function endOf(child: ChildProcess): Promise<CommandEnd> {
  const stdout: Uint8Array[] = [];
  const stderr: Uint8Array[] = [];
  child.stdout?.on("data", (bytes: Uint8Array) => stdout.push(bytes));
  child.stderr?.on("data", (bytes: Uint8Array) => stderr.push(bytes));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on(
      "close",
      (code) => resolve({ code, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() }),
    );
  });
}

/** Runs the command to its end, with `input` as its standard input. */
export function runCommand(
  args: readonly string[],
  input: string | Uint8Array = "",
  cwd?: string,
): Promise<CommandEnd> {
  const child = startCommand(args, "pipe", cwd);
  const end = endOf(child);
  // A command that ends without reading its input closes the pipe.
  child.stdin!.on("error", () => {});
  child.stdin!.end(input);
  return end;
}

/** Runs the command in a test's folder. */
export type RunHere = (args: readonly string[], input?: string | Uint8Array) => Promise<CommandEnd>;

/** Runs a test in a folder of its own, in which the command is run. */
export function inCommandFolder<T>(test: (folder: TemporaryFolder, run: RunHere) => T | Promise<T>): Promise<T> {
  return inTemporaryFolder((folder) => test(folder, (args, input = "") => runCommand(args, input, folder.path)));
}
