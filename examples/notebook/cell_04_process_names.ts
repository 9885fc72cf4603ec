// In [3], [4]: processes have names, by default Process-1 and so on.
import { currentProcess, isMainProcess, Process, task } from "../../mod.ts";
import { contextFromArguments } from "./options.ts";

const doubler = task(import.meta, function doubler(number: number) {
  console.log(`${number} doubled to ${number * 2} by: ${currentProcess().name}`);
});

if (isMainProcess) {
  contextFromArguments();
  const processes = [5, 10, 15, 20, 25].map((number) => new Process({ target: doubler, args: [number] }));
  processes.push(new Process({ target: doubler, name: "Test", args: [2] }));
  for (const process of processes) process.start();
  for (const process of processes) await process.join();
}
