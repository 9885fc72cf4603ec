/**
 * What every worker runs first: it takes over the shared memory that its host hands it, and then serves tasks until it is
 * told to stop or runs the one target of a `Process`. Bundlers and `deno compile` need it as an entry of its own.
 * @module
 */
import { ControlWord } from "./channel/link_layout.ts";
import { adoptRetirementWord } from "./core/retirement.ts";
import { adoptLinearMemory } from "./memory/linear_memory.ts";
import { adoptKernelModule } from "./kernels/instance.ts";
import { runtime } from "./runtime/current.ts";
import "./shared/shareable_list.ts";
import "./queue/joinable_queue.ts";
import "./queue/pipe.ts";
import "./queue/simple_queue.ts";
import "./shared/shared_array.ts";
import "./shared/shared_memory.ts";
import "./sync/barrier.ts";
import "./sync/condition.ts";
import "./sync/event.ts";
import "./sync/semaphore.ts";
import "./shared/shared_value.ts";
import "./manager/container_proxies.ts";
import "./manager/iterator_proxy.ts";
import "./manager/pool_proxy.ts";
import "./manager/queue_proxies.ts";
import "./manager/synchroniser_proxies.ts";
import { adoptLives } from "./process/parent_life.ts";
import { adoptIdentity } from "./process/process_identity.ts";
import { runProcess } from "./process/run_process.ts";
import { adoptStartMethod } from "./process/start_method.ts";
import type { WorkerInit } from "./process/worker_init.ts";
import { WorkerLoop } from "./process/worker_loop.ts";

const { scope } = runtime;
if (scope !== undefined) {
  const init = scope.data as WorkerInit;
  adoptRetirementWord(new Int32Array(init.link.buffer), ControlWord.Forced);
  adoptLinearMemory(init.memory);
  if (init.kernels !== undefined) adoptKernelModule(init.kernels);
  adoptIdentity(init.identity);
  adoptLives(init.link.buffer, init.parentLife);
  adoptStartMethod(init.method);
  scope.printWholeLines();
  if (init.call === undefined) void new WorkerLoop(init, scope).run();
  else void runProcess(init, init.call, scope);
}
