import { adoptKernelModule, releaseKernelThread } from "../kernels/thread_kernels.ts";
import { heapOwner } from "../memory/allocator.ts";
import { adoptLinearMemory } from "../memory/linear_memory.ts";
import { runtime } from "../runtime/current.ts";
import type { ThreadScope } from "../runtime/port.ts";
import type { CrewAnswer, CrewInit, CrewRequest } from "./crew_messages.ts";
import { answerTo } from "./crew_task.ts";
import { adoptTextKernel } from "./kernel_call.ts";

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
    const request = message as CrewRequest;
    if (request.task === undefined) {
      releaseKernelThread();
      scope.exit(0);
    } else answer(await answerTo(request, beforeEach));
  });
  answer({ owner: heapOwner() });
}
