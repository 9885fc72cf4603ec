/** Runs `call(0)` to `call(tasks - 1)`, so many in flight at a time, and gives their answers. */
export async function inFlight<T>(tasks: number, limit: number, call: (task: number) => Promise<T>): Promise<T[]> {
  const answers = new Array<T>(tasks);
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < tasks) {
      const task = next++;
      answers[task] = await call(task);
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, tasks) }, lane));
  return answers;
}

/** Hands in all at once, as `await Promise.all(inputs.map(call))` does, and gives their answers. */
export function allAtOnce<T>(tasks: number, call: (task: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: tasks }, (_, task) => call(task)));
}

/** How many tasks a second `run` does, and what it gave. */
export async function timed<T>(tasks: number, run: () => Promise<T[]>): Promise<{ rate: number; answers: T[] }> {
  const begun = performance.now();
  const answers = await run();
  return { rate: tasks / ((performance.now() - begun) / 1000), answers };
}
