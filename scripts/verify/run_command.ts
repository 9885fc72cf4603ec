import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import process from "node:process";

/** How a command is run. */
export interface CommandOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Milliseconds until the command is stopped. */
  readonly deadline: number;
  /** File that takes its output. */
  readonly log: string;
}

/** How a command ended. */
export interface CommandResult {
  /** What went wrong with the command as a whole, or undefined where it exited with code 0. */
  readonly problem: string | undefined;
  readonly timedOut: boolean;
  /** All that it wrote to both streams. */
  readonly output: string;
  readonly milliseconds: number;
}

/** Milliseconds that a runner has after SIGINT to tell what it was at. */
const lastWords = 3000;

const running = new Set<number>();

/** Runs a command in a process group of its own; at the deadline the whole group is killed, and none of it stays behind. */
export function runCommand(command: string, args: readonly string[], options: CommandOptions): Promise<CommandResult> {
  const log = openSync(options.log, "w");
  const start = performance.now();
  const env: NodeJS.ProcessEnv = { ...process.env, NO_COLOR: "1", ...options.env };
  delete env.FORCE_COLOR;
  const child = spawn(command, args, {
    cwd: options.cwd,
    env,
    stdio: ["ignore", log, log],
    detached: true,
  });
  if (child.pid !== undefined) running.add(child.pid);
  let timedOut = false;
  let killer: NodeJS.Timeout | undefined;
  const timer = setTimeout(() => {
    timedOut = true;
    child.kill("SIGINT");
    killer = setTimeout(() => killGroup(child.pid), lastWords);
  }, options.deadline);

  return new Promise((resolve) => {
    const finish = (problem: string | undefined): void => {
      clearTimeout(timer);
      clearTimeout(killer);
      killGroup(child.pid);
      closeSync(log);
      resolve({
        problem: timedOut ? `did not end within ${options.deadline / 1000} s and was stopped` : problem,
        timedOut,
        output: readFileSync(options.log, "utf8"),
        milliseconds: performance.now() - start,
      });
    };
    child.on("error", (error) => finish(`could not be started: ${error.message}`));
    child.on("exit", (code, signal) => {
      finish(code === 0 ? undefined : signal ? `was ended by ${signal}` : `ended with exit code ${code}`);
    });
  });
}

/** Kills every command that still runs, for a program that is itself told to stop. */
export function killRunningCommands(): void {
  for (const pid of running) killGroup(pid);
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  running.delete(pid);
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    // Nothing of the group is left.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
