// In [1], [2]: five processes double five numbers, each in a process of its own.
import { currentProcess, isMainProcess, Process, task } from "../../mod.ts";
import { contextFromArguments } from "./options.ts";

const doubler = task(import.meta, function doubler(number: number) {
  console.log(`${number} doubled to ${number * 2} by process id: ${currentProcess().ident}`);
});

if (isMainProcess) {
  contextFromArguments();
  const processes = [5, 10, 15, 20, 25].map((number) => new Process({ target: doubler, args: [number] }));
  for (const process of processes) process.start();
  for (const process of processes) await process.join();
}
