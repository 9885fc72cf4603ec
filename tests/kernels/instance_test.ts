import assert from "node:assert/strict";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import { kernelExports, kernelModule } from "../../src/kernels/instance.ts";
import { adoptKernelModule, compiledKernelModule } from "../../src/kernels/thread_kernels.ts";
import { kernels } from "../../src/kernels/kernels.ts";
import { accounting } from "../../src/memory/allocator.ts";
import { createLinearMemory, linearMemory } from "../../src/memory/linear_memory.ts";

const timeout = 60_000;

interface Answer {
  readonly found: string[];
  readonly sums: number[];
  readonly hadModule: boolean;
  readonly afterRelease: string;
}

function runWorker(text: string, module: WebAssembly.Module | undefined, memory = linearMemory()): Promise<Answer> {
  const workerData = { memory, module, text, rounds: 200 };
  const worker = new Worker(new URL("./kernel_worker.ts", import.meta.url), { workerData });
  const answer = new Promise<Answer>((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
  });
  const exit = new Promise((resolve) => worker.once("exit", resolve));
  return answer.then((value) => exit.then(() => value));
}

test(
  "A thread compiles nothing before its first use, and uses nothing after it was released",
  { timeout },
  async () => {
    // A memory of its own: the first worker on it gets the module's own stack, the second one of its own.
    const memory = createLinearMemory(1000);
    for (const text of ["ΟΔΟΣ", "ΑΒΓΣ"]) {
      assert.deepEqual(await runWorker(text, undefined, memory), {
        found: [text.toLowerCase()],
        sums: [12],
        hadModule: false,
        afterRelease: "ERR_KERNELS_RELEASED",
      });
    }
  },
);

test("A module is compiled once and adopted as it is", { timeout }, () => {
  const module = kernelModule();
  assert.equal(kernelModule(), module);
  assert.equal(compiledKernelModule(), module);
  adoptKernelModule(module);
  assert.equal(kernelModule(), module);
  assert.equal(kernelExports(), kernelExports());
});

test("Workers use one memory and one module at the same time, and give back what they took", { timeout }, async () => {
  kernels.lowercase("A");
  const before = accounting().used;
  const texts = ["ПРИВЕТ ".repeat(3000), "ΑΣ'Α ".repeat(4000), "HELLO ".repeat(5000)];
  const answers = texts.map((text) => runWorker(text, kernelModule()));
  for (let round = 0; round < 200; round++) assert.equal(kernels.lowercase("ŽIŽKOV ΑΣ"), "žižkov ας");
  for (const [at, { found, sums }] of (await Promise.all(answers)).entries()) {
    assert.deepEqual(found, [texts[at]!.toLowerCase()]);
    assert.deepEqual(sums, [12]);
  }
  assert.equal(accounting().used, before);
});
