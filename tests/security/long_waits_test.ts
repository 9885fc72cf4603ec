import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  Barrier,
  Client,
  Condition,
  Event,
  Listener,
  Lock,
  Manager,
  Pipe,
  Pool,
  Process,
  Queue,
  wait,
} from "../../mod.ts";
import { lengthOf, passGate } from "./fixtures/limit_tasks.ts";

const timeout = 60_000;

/** The runtimes end timers in their order, and one that is longer than 2^31 - 1 ms as if it were of 1 ms: before this one. */
const overlongTimersEnd = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

for (const long of [2 ** 31, 1e15]) {
  describe(`A wait of ${long} ms`, () => {
    test("for an answer of a pool does not end early", { timeout }, async () => {
      const options = { timeout: long };
      const opening = new Event();
      const pool = new Pool({ processes: 1, context: "worker", idleTimeout: long, taskTimeout: long });
      assert.equal(await pool.apply(lengthOf, ["one"], options), 3);
      assert.equal(await pool.applyAsync(lengthOf, ["one"], options).get(long), 3);
      const { promise: opened, resolve: open } = Promise.withResolvers<string>();
      const input = (async function* () {
        yield await opened;
      })();
      const answers = pool.imap(lengthOf, input, options);
      const first = answers.next();
      const later = pool.mapAsync(lengthOf, ["one"], options);
      assert.equal(await later.wait(long), true);
      const gate = pool.applyAsync(passGate, [opening], options);
      const [got, waited] = [gate.get(long), gate.wait(long)];
      await overlongTimersEnd();
      opening.set();
      assert.deepEqual([await got, await waited], [true, true]);
      open("four");
      assert.deepEqual(await first, { done: false, value: 4 });
      await pool.terminate();
    });

    test("for a process or its end does not end early", { timeout }, async () => {
      const opening = new Event();
      const started = new Process({ target: passGate, args: [opening] });
      started.start();
      const joined = started.join(long);
      await overlongTimersEnd();
      opening.set();
      assert.equal(await joined, true);
    });

    test("for a message does not end early", { timeout }, async () => {
      const options = { timeout: long };
      const queue = new Queue<number>();
      const [reader, writer] = Pipe(false);
      const listener = await new Listener("127.0.0.1:0", { authkey: "key" }).ready();
      const [accepted, client] = await Promise.all([
        listener.accept(options),
        Client(listener.address, { authkey: "key", timeout: long }),
      ]);
      const waits = [
        queue.get(options),
        reader.recv(options),
        accepted.recv(options),
        client.poll(long),
        wait([client], long),
      ];
      await overlongTimersEnd();
      await queue.put(1);
      await writer.send(2);
      await client.send(3);
      await accepted.send(4);
      assert.deepEqual(await Promise.all(waits), [1, 2, 3, true, [client]]);
      for (const end of [reader, writer, accepted, client]) end.close();
      await listener.close();
    });

    test("for a lock, an event, a condition or a barrier does not end early", { timeout }, async () => {
      const options = { timeout: long };
      const [lock, event, condition, barrier] = [new Lock(), new Event(), new Condition(), new Barrier(2)];
      await lock.acquire();
      await condition.acquire();
      const waits = [lock.acquire(options), event.wait(options), condition.wait(options), barrier.wait(options)];
      await overlongTimersEnd();
      lock.release();
      event.set();
      await condition.acquire();
      condition.notify();
      condition.release();
      await barrier.wait(options);
      await Promise.all(waits);
    });

    test("for a manager does not end early", { timeout }, async () => {
      const manager = await Manager();
      const queue = await manager.Queue();
      const got = queue.get({ timeout: long });
      await overlongTimersEnd();
      await queue.put("came");
      assert.equal(await got, "came");
      await manager.shutdown();
    });
  });
}
