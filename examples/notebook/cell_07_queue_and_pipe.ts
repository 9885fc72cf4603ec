// In [7]: a queue and a pipe are other ways in which children can answer.
import { type Connection, isMainProcess, Pipe, Process, Queue, task } from "../../mod.ts";
import { contextFromArguments } from "./options.ts";

const intoQueue = task(import.meta, async function intoQueue(number: number, queue: Queue<number>) {
  await queue.put(number * 2);
});

const intoPipe = task(import.meta, async function intoPipe(number: number, connection: Connection) {
  await connection.send(number * 2);
});

if (isMainProcess) {
  contextFromArguments();
  const numbers = [5, 10, 15, 20, 25];
  const queue = new Queue<number>();
  for (const number of numbers) new Process({ target: intoQueue, args: [number, queue] }).start();
  const results: number[] = [];
  for (const _ of numbers) results.push(await queue.get());
  console.log("queue:", results.sort((a, b) => a - b).join(" "));

  const [receiver, sender] = Pipe(false);
  const process = new Process({ target: intoPipe, args: [30, sender] });
  process.start();
  console.log("pipe:", await receiver.recv());
  await process.join();
}
