// In [5]: each process has globals of its own, so what the children put into theirs does not show here.
import { currentProcess, isMainProcess, Process, task } from "../../mod.ts";
import { contextFromArguments } from "./options.ts";

const results: Record<string, number> = {};

const doubler = task(import.meta, function doubler(number: number) {
  results[currentProcess().name] = number * 2;
});

if (isMainProcess) {
  contextFromArguments();
  const processes = [5, 10, 15, 20, 25].map((number) => new Process({ target: doubler, args: [number] }));
  for (const process of processes) process.start();
  for (const process of processes) await process.join();
  console.log(JSON.stringify(results));
}
