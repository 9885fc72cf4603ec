/**
 * What every worker runs first: it takes over the shared memory that its host hands it, and then serves tasks until it is
 * told to stop or runs the one target of a `Process`. Bundlers and `deno compile` need it as an entry of its own.
 * @module
 */
import { ControlWord } from "./channel/link_layout.ts";
import { adoptRetirementWord } from "./core/retirement.ts";
import { loadModulesBy } from "./core/late_modules.ts";
import { adoptLinearMemory } from "./memory/linear_memory.ts";
import { adoptKernelModule } from "./kernels/thread_kernels.ts";
import { runtime } from "./runtime/current.ts";
import { adoptLives } from "./process/parent_life.ts";
import { adoptIdentity } from "./process/process_identity.ts";
import { runProcess } from "./process/run_process.ts";
import { adoptStartMethod } from "./process/start_method.ts";
import type { WorkerInit } from "./process/worker_init.ts";
import { WorkerLoop } from "./process/worker_loop.ts";

const { scope } = runtime;
scope?.onStart((data) => {
  const init = data as WorkerInit;
  adoptRetirementWord(new Int32Array(init.link.buffer), ControlWord.Forced);
  loadModulesBy(() => import("./wire_classes.ts"));
  adoptLinearMemory(init.memory);
  if (init.kernels !== undefined) adoptKernelModule(init.kernels);
  adoptIdentity(init.identity);
  adoptLives(init.link.buffer, init.parentLife);
  adoptStartMethod(init.method);
  scope.printWholeLines();
  if (init.call === undefined) void new WorkerLoop(init, scope).run();
  else void runProcess(init, init.call, scope);
});
