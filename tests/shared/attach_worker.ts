import { parentPort, workerData } from "node:worker_threads";
import { wireTypeByTag } from "../../src/core/wire.ts";
import { adoptLinearMemory } from "../../src/memory/linear_memory.ts";
import { SharedArray } from "../../src/shared/shared_array.ts";

const { memory, wired } = workerData as { memory: WebAssembly.Memory; wired: unknown };
adoptLinearMemory(memory);
const wireType = wireTypeByTag("SharedArray")!;
const array = wireType.decode(wired) as SharedArray<"d">;
for (let index = 0; index < array.length; index++) array.set(index, array.get(index) * 2);
const made = new SharedArray("h", [1, -2, 3]);
parentPort!.postMessage(wireType.encode(made));
