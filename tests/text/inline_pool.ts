import type { RunnerPool } from "../../src/text/task_runner.ts";

/** Runs tasks in this thread, one turn of the event loop later, as far as possible like a pool. */
export function inlinePool(onTask: (name: string, args: readonly unknown[]) => void = () => {}): RunnerPool {
  return {
    async apply(fn, args) {
      await new Promise((resolve) => setTimeout(resolve, 0));
      onTask(fn.name, args);
      return fn(...args);
    },
    terminate: () => Promise.resolve(),
  };
}
