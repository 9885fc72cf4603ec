import type { CrewAnswer, CrewTask } from "./crew_messages.ts";
import * as fileTasks from "./file_tasks.ts";

type Tasks = Readonly<Record<string, (...args: readonly unknown[]) => unknown>>;

const tasks = fileTasks as unknown as Tasks;

/**
 * Does a task of the pipeline on this thread, after `before`; answers with what it gave, or with what one of both threw
 * or rejected with.
 */
export async function answerTo({ task, args }: CrewTask, before?: () => unknown): Promise<CrewAnswer> {
  try {
    if (before !== undefined) await before();
    // What few runs need is loaded by those that do.
    const run = tasks[task] ?? ((await import("./compress_task.ts")) as unknown as Tasks)[task]!;
    return { result: run(...args) };
  } catch (error) {
    return { thrown: thrownOf(error) };
  }
}

/** Whatever was thrown, as an error. */
function thrownOf(error: unknown): Extract<CrewAnswer, { thrown: unknown }>["thrown"] {
  const { name, message, stack } = Object(error) as Partial<Error>;
  return { name: name || "Error", message: message ?? String(error), stack: stack ?? "" };
}
