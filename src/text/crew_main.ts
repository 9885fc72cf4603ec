/**
 * What each worker of a text run loads: the kernels, files and nothing else, since a worker's start is a good part of
 * what a short run takes. Bundlers and `deno compile` need it as an entry of its own.
 * @module
 */
import { adoptKernelModule, releaseKernelThread } from "../kernels/thread_kernels.ts";
import { heapOwner } from "../memory/allocator.ts";
import { adoptLinearMemory } from "../memory/linear_memory.ts";
import { runtime } from "../runtime/current.ts";
import type { CrewAnswer, CrewInit, CrewRequest } from "./crew_messages.ts";
import * as fileTasks from "./file_tasks.ts";
import { adoptTextKernel } from "./kernel_call.ts";

const { scope } = runtime;
scope?.onStart((data) => {
  const { memory, kernels, kernel } = data as CrewInit;
  adoptLinearMemory(memory);
  adoptKernelModule(kernels);
  if (kernel !== undefined) adoptTextKernel(kernel);
  const answer = (message: CrewAnswer): void => scope.post(message);
  const tasks = fileTasks as unknown as Record<string, (...args: readonly unknown[]) => unknown>;
  scope.onMessage(async (message) => {
    const { task, args } = message as CrewRequest;
    if (task === undefined) {
      releaseKernelThread();
      scope.exit(0);
      return;
    }
    try {
      // What few runs need is loaded by those that do.
      const run = tasks[task] ?? ((await import("./compress_task.ts")) as unknown as typeof tasks)[task]!;
      answer({ result: run(...args) });
    } catch (error) {
      const { name, message, stack = "" } = error as Error;
      answer({ thrown: { name, message, stack } });
    }
  });
  answer({ owner: heapOwner() });
});
