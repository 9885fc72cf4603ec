// In [8], [9]: five processes double the items of one shared array where they lie.
import { isMainProcess, Process, SharedArray, task } from "../../mod.ts";
import { contextFromArguments } from "./options.ts";

const doubler = task(import.meta, function doubler(array: SharedArray<"d">, index: number) {
  array.set(index, array.get(index) * 2);
});

if (isMainProcess) {
  contextFromArguments();
  const array = new SharedArray("d", [5, 10, 15, 20, 25]);
  const processes = array.toArray().map((_, index) => new Process({ target: doubler, args: [array, index] }));
  for (const process of processes) process.start();
  for (const process of processes) await process.join();
  console.log(array.toArray().join(" "));
  array.dispose();
}
