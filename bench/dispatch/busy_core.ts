import { spawn } from "node:child_process";

/** Seconds of processor time after which the busy program ends by itself, whatever became of this one. */
const MOST_SECONDS = 120;

/** Does `run` beside a program that keeps a core busy, as on a machine that others use too. */
export async function besideBusyCore<T>(run: () => Promise<T>): Promise<T> {
  const busy = spawn("sh", ["-c", `ulimit -t ${MOST_SECONDS}; while :; do :; done`], { stdio: "ignore" });
  try {
    return await run();
  } finally {
    busy.kill("SIGKILL");
  }
}
