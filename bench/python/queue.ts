/** A queue with one producer, a worker that blocks, and one consumer, this thread. */
import { isMainProcess, Process, Queue, task } from "manyhands";
import { expectSame, printMedian } from "./passes.ts";

const ITEMS = 100_000;

const produce = task(import.meta, function produce(values: Queue<number>, go: Queue<boolean>, items: number): void {
  while (go.getSync()) {
    for (let i = 0; i < items; i++) values.putSync(i);
  }
});

if (isMainProcess) {
  const values = new Queue<number>();
  const go = new Queue<boolean>();
  const producer = new Process({ target: produce, args: [values, go, ITEMS] });
  producer.start();
  await printMedian("µs", ITEMS, async () => {
    await go.put(true);
    for (let i = 0; i < ITEMS; i++) expectSame(await values.get(), i);
  });
  await go.put(false);
  await producer.join();
}
