import { spawn } from "node:child_process";
import { constants } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { root } from "./ensure_installed.mjs";

/** Where Node keeps what it made of the TypeScript, which takes it longer than all else at the start. */
const compileCache = { NODE_COMPILE_CACHE: join(root, "node_modules/.cache/node-compile") };

/**
 * Runs a program on this terminal and ends with its exit code. Ctrl-C reaches the program by itself; this process
 * only waits, so that the program can clean up first.
 */
export function runAndExit(command, args, options = {}) {
  const child = spawn(command, args, { stdio: "inherit", env: { ...compileCache, ...process.env }, ...options });
  process.on("SIGINT", () => {});
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  return new Promise((resolve) => {
    child.on("error", (error) => {
      console.error(`${command} could not be started: ${error.message}`);
      process.exit(1);
    });
    child.on("exit", (code, signal) => {
      const exitCode = code ?? 128 + constants.signals[signal];
      if (exitCode !== 0) process.exit(exitCode);
      resolve();
    });
  });
}

/** Runs the body and prints what it throws as one line, not as a stack. */
export async function main(body) {
  try {
    await body();
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
}
