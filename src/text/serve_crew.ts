import { adoptKernelModule, releaseKernelThread } from "../kernels/thread_kernels.ts";
import { heapOwner } from "../memory/allocator.ts";
import { adoptLinearMemory } from "../memory/linear_memory.ts";
import { runtime } from "../runtime/current.ts";
import type { ThreadScope } from "../runtime/port.ts";
import type { CrewAnswer, CrewInit, CrewRequest } from "./crew_messages.ts";
import * as fileTasks from "./file_tasks.ts";
import { adoptTextKernel } from "./kernel_call.ts";

type Tasks = Readonly<Record<string, (...args: readonly unknown[]) => unknown>>;

const tasks = fileTasks as unknown as Tasks;

/**
 * Serves a text run, on the thread that its crew started. `beforeEach` is called before each task, which fails with what
 * it throws or rejects with.
 */
export function serveCrew(beforeEach?: () => unknown): void {
  const { scope } = runtime;
  scope?.onStart((data) => serve(data as CrewInit, scope, beforeEach));
}

function serve({ memory, kernels, kernel }: CrewInit, scope: ThreadScope, beforeEach?: () => unknown): void {
  adoptLinearMemory(memory);
  adoptKernelModule(kernels);
  if (kernel !== undefined) adoptTextKernel(kernel);
  const answer = (message: CrewAnswer): void => scope.post(message);
  scope.onMessage(async (message) => {
    const { task, args } = message as CrewRequest;
    if (task === undefined) {
      releaseKernelThread();
      scope.exit(0);
      return;
    }
    try {
      if (beforeEach !== undefined) await beforeEach();
      // What few runs need is loaded by those that do.
      const run = tasks[task] ?? ((await import("./compress_task.ts")) as unknown as Tasks)[task]!;
      answer({ result: run(...args) });
    } catch (error) {
      answer({ thrown: thrownOf(error) });
    }
  });
  answer({ owner: heapOwner() });
}

/** Whatever was thrown, as an error. */
function thrownOf(error: unknown): Extract<CrewAnswer, { thrown: unknown }>["thrown"] {
  const { name, message, stack } = Object(error) as Partial<Error>;
  return { name: name || "Error", message: message ?? String(error), stack: stack ?? "" };
}
