import { workerData } from "node:worker_threads";

const { words, slots } = workerData;
const [SENT, DONE, STOP] = [0, 1, 2];

let done = 0;
while (true) {
  Atomics.wait(words, SENT, done);
  if (Atomics.load(words, STOP) === 1) break;
  for (const sent = Atomics.load(words, SENT); done < sent; done++) slots[done % slots.length] *= 2;
  Atomics.store(words, DONE, done);
  Atomics.notify(words, DONE);
}
