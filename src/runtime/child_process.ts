import type { ChildProcess as NodeChildProcess } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { UnsupportedError } from "../core/errors.ts";
import { builtin } from "./builtin.ts";
import { mayRun, permissionFlags } from "./deno_permissions.ts";
import { process } from "./host_process.ts";
import { writeAtOnce } from "./line_output.ts";
import type { ChildProcess, ParentPipe, RuntimeName } from "./port.ts";

const childProcess = builtin<typeof import("node:child_process")>("node:child_process");
const os = builtin<typeof import("node:os")>("node:os");
const nodeUrl = builtin<typeof import("node:url")>("node:url");

/** The file number on which a child writes to its parent. Bun cannot use one both ways, so its input is another. */
const TO_PARENT = 3;
/** Milliseconds that a dead child's last words get to arrive. */
const LAST_WORDS_MS = 200;

/** What a program was started with that would not let another module run. */
const OWN_ENTRY =
  /^(?:--test|--inspect|--eval|-e$|--print|-p$|-pe$|--input-type|--watch|--check|-c$|--run|--interactive|-i$)/;

interface DenoGlobal {
  readonly build: { readonly standalone: boolean };
}

function commandArguments(name: RuntimeName, url: URL): string[] {
  if (name === "deno") return ["run", "--quiet", "--no-prompt", ...permissionFlags(url), url.href];
  return [...process.execArgv.filter((flag) => !OWN_ENTRY.test(flag)), nodeUrl().fileURLToPath(url)];
}

/** Whether the program and its runtime are one file: started once more, that would run the program and no other module. */
function isOneFile(name: RuntimeName, url: URL): boolean {
  if (name === "deno") return (globalThis as unknown as { Deno: DenoGlobal }).Deno.build.standalone;
  if (name === "bun") return /\/(?:\$bunfs|~BUN)\//.test(decodeURIComponent(url.pathname));
  // Not imported, since no runtime but a younger Node has the module.
  return (process.getBuiltinModule?.("node:sea") as { isSea(): boolean } | undefined)?.isSea() === true;
}

/** A child that the system had no memory, files or processes for. */
function unstarted(onError: (listener: (error: unknown) => void) => void): ChildProcess {
  return {
    pid: undefined,
    send: () => {},
    onData: () => {},
    onEnd: (listener) => onError((error) => listener({ code: 1, error, isUnstarted: true })),
    kill: () => {},
  };
}

/** Calls `listener` once with the reason why a child was not started, which not every runtime tells. */
function onSpawnError(child: NodeChildProcess, listener: (error: unknown) => void): void {
  const unknown = setTimeout(() => listener(new Error("The system did not start the process")), LAST_WORDS_MS);
  child.on("error", (error) => {
    clearTimeout(unknown);
    listener(error);
  });
}

/**
 * Starts this runtime once more, with the module at `url`; the two talk over pipes of their own.
 *
 * @throws {UnsupportedError} in a program that is compiled into one file with its runtime, or may not start another
 */
export function startChildProcess(name: RuntimeName, url: URL): ChildProcess {
  if (isOneFile(name, url)) {
    throw new UnsupportedError(
      "Cannot start a process of the operating system: this program is compiled into one file with its runtime",
    );
  }
  if (name === "deno" && !mayRun(process.execPath)) {
    throw new UnsupportedError(
      `Cannot start a process of the operating system: expected that Deno was started with --allow-run=${process.execPath}`,
    );
  }
  let child: NodeChildProcess;
  try {
    child = childProcess().spawn(process.execPath, commandArguments(name, url), {
      stdio: ["pipe", "inherit", "inherit", "pipe"],
      windowsHide: true,
    });
  } catch (error) {
    // What Deno does not permit no later try would do.
    if ((error as Error).name === "NotCapable") throw error;
    return unstarted((listener) => queueMicrotask(() => listener(error)));
  }
  if (child.pid === undefined) return unstarted((listener) => onSpawnError(child, listener));
  const input = child.stdin as Writable;
  const output = child.stdio[TO_PARENT] as Readable;
  // A child that is gone tells of its end; what was still being sent to it is lost with it.
  input.on("error", () => {});
  output.on("error", () => {});
  for (const part of [child, input, output]) (part as { unref?: () => void }).unref?.();
  const silent = new Promise<void>((resolve) => output.once("close", resolve));
  return {
    pid: child.pid,
    send: (bytes) => void input.write(bytes),
    onData: (listener) => void output.on("data", listener),
    onEnd: (listener) => {
      child.on("error", () => {});
      child.on("exit", (code, signal) => {
        const end = { code: code ?? -(os().constants.signals[signal as NodeJS.Signals] ?? 1) };
        let timer: ReturnType<typeof setTimeout>;
        const late = new Promise<void>((resolve) => timer = setTimeout(resolve, LAST_WORDS_MS));
        void Promise.race([silent, late]).then(() => (clearTimeout(timer), listener(end)));
      });
    },
    kill: () => void child.kill("SIGKILL"),
  };
}

/** The side of a program that `startChildProcess` started. */
export function parentPipe(): ParentPipe {
  return {
    send: (bytes) => writeAtOnce(TO_PARENT, bytes),
    onData: (listener) => void process.stdin.on("data", listener),
    onEnd: (listener) => {
      process.stdin.on("end", listener);
      process.stdin.on("error", listener);
    },
    exit: (code) => process.exit(code),
    die: () => void process.kill(process.pid, "SIGKILL"),
  };
}
