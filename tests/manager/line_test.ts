import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { getAllStartMethods, Manager, ManagerLostError, type SyncManager } from "../../mod.ts";

const timeout = 60_000;

for (const context of getAllStartMethods()) {
  describe(`A manager in the context "${context}"`, () => {
    let manager: SyncManager;
    before(async () => void (manager = await Manager({ context })));
    after(() => manager.shutdown());

    test("Calls that are not awaited run in their order, also more than the way there holds", { timeout }, async () => {
      const queue = await manager.Queue<[number, string]>();
      const text = "x".repeat(20_000);
      await Promise.all(Array.from({ length: 150 }, (_, index) => queue.put([index, text])));
      const found = await Promise.all(Array.from({ length: 150 }, () => queue.get()));
      assert.deepEqual(found.map(([index]) => index), [...found.keys()]);
      assert.ok(found.every(([, item]) => item === text));
    });

    test("A message longer than that arrives whole, there and back", { timeout }, async () => {
      const dict = await manager.dict<string, Uint8Array>();
      const bytes = new Uint8Array(3 << 20).fill(7);
      await dict.set("bytes", bytes);
      assert.deepEqual(await dict.get("bytes"), bytes);
    });

    test("A call that waits holds up no other", { timeout }, async () => {
      const [queue, dict] = [await manager.Queue<number>(), await manager.dict<string, number>()];
      const waiting = queue.get();
      for (let value = 0; value < 100; value++) await dict.set("key", value);
      assert.equal(await dict.get("key"), 99);
      await queue.put(1);
      assert.equal(await waiting, 1);
    });

    test("Timers run while calls follow one another without a pause", { timeout }, async () => {
      const dict = await manager.dict<string, number>();
      let isOver = false;
      setTimeout(() => isOver = true, 20);
      while (!isOver) await dict.set("key", 1);
      const wait = manager.Event().then((event) => event.wait({ timeout: 20 }));
      let isWaiting = true;
      void wait.then(() => isWaiting = false);
      while (isWaiting) await dict.set("key", 2);
      assert.equal(await wait, false);
    });
  });

  test(`What ends the server's process in a call rejects that and all others (${context})`, {
    timeout,
    skip: context === "inline" && "process.exit ends the program, whose thread it is: see docs/contexts.md",
  }, async () => {
    const ends = [
      () => process.exit(7),
      () => new Promise(() => setTimeout(() => process.exit(3), 1)),
    ];
    for (const end of ends) {
      const manager = await Manager({ context });
      const [dict, event] = [await manager.dict(), await manager.Event()];
      const pending = assert.rejects(event.wait(), ManagerLostError);
      await assert.rejects(dict.update(end), ManagerLostError);
      await pending;
      await manager.shutdown();
    }
  });
}
