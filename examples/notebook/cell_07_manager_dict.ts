// In [6], [7]: a dictionary that a manager holds collects what the children find out.
import { currentProcess, type DictProxy, isMainProcess, Manager, Process, task } from "../../mod.ts";
import { contextFromArguments } from "./options.ts";

const doubler = task(import.meta, async function doubler(number: number, results: DictProxy<number, number>) {
  await results.set(currentProcess().ident, number * 2);
});

if (isMainProcess) {
  contextFromArguments();
  await using manager = await Manager();
  const results = await manager.dict<number, number>();
  const processes = [5, 10, 15, 20, 25].map((number) => new Process({ target: doubler, args: [number, results] }));
  for (const process of processes) process.start();
  for (const process of processes) await process.join();
  const idents = processes.map((process) => process.ident!);
  for (const ident of idents) console.log(await results.get(ident));
}
