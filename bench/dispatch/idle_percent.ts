import process from "node:process";

/** Compilers and collectors finish what the work before has left to them. */
const SETTLE_MILLISECONDS = 2_000;
const IDLE_MILLISECONDS = 2_000;

/** The processor time that this program takes while it has nothing to do, in percent of a core. */
export async function idlePercent(): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MILLISECONDS));
  const begun = performance.now();
  const before = process.cpuUsage();
  await new Promise((resolve) => setTimeout(resolve, IDLE_MILLISECONDS));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 10 / (performance.now() - begun);
}
