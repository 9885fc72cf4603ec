/** Adopts the memory and the module, lower-cases and doubles many times, gives its stack back and answers. */
import { parentPort, workerData } from "node:worker_threads";
import { adoptKernelModule, compiledKernelModule, releaseKernelThread } from "../../src/kernels/thread_kernels.ts";
import { kernels } from "../../src/kernels/kernels.ts";
import { adoptLinearMemory } from "../../src/memory/linear_memory.ts";

const { memory, module, text, rounds } = workerData as {
  memory: WebAssembly.Memory;
  module: WebAssembly.Module | undefined;
  text: string;
  rounds: number;
};
adoptLinearMemory(memory);
const hadModule = compiledKernelModule() !== undefined;
if (module !== undefined) adoptKernelModule(module);
const found = new Set<string>();
const sums = new Set<number>();
for (let round = 0; round < rounds; round++) {
  found.add(kernels.lowercase(text));
  sums.add(kernels.double(Float64Array.of(1, 2, 3)).reduce((sum, item) => sum + item));
}
releaseKernelThread();
let afterRelease = "no error";
try {
  kernels.lowercase(text);
} catch (error) {
  afterRelease = (error as { code?: string }).code ?? String(error);
}
parentPort!.postMessage({ found: [...found], sums: [...sums], hadModule, afterRelease });
