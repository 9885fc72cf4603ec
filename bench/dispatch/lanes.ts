/** Runs `call(0)` to `call(tasks - 1)`, so many in flight at a time. */
export async function inFlight(tasks: number, limit: number, call: (task: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < tasks) await call(next++);
  };
  await Promise.all(Array.from({ length: Math.min(limit, tasks) }, lane));
}

/** Tasks a second. */
export async function rate(tasks: number, limit: number, call: (task: number) => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await inFlight(tasks, limit, call);
  return tasks / ((performance.now() - begun) / 1000);
}
