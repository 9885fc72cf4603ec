/** A small message to a worker that blocks for it, and back. */
import { type Connection, isMainProcess, Pipe, Process, task } from "manyhands";
import { expectSame, printMedian } from "./passes.ts";

const TRIPS = 5_000;

const echo = task(import.meta, function echo(connection: Connection): void {
  for (let value = connection.recvSync(); value !== null; value = connection.recvSync()) connection.sendSync(value);
});

if (isMainProcess) {
  const [near, far] = Pipe();
  const child = new Process({ target: echo, args: [far] });
  child.start();
  await printMedian("µs", TRIPS, async () => {
    for (let i = 0; i < TRIPS; i++) {
      await near.send(i);
      expectSame(await near.recv(), i);
    }
  });
  await near.send(null);
  await child.join();
}
