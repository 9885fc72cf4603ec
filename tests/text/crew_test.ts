import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { PoolClosedError, RemoteError, WorkerLostError } from "../../src/core/errors.ts";
import { accounting } from "../../src/memory/allocator.ts";
import { runtime } from "../../src/runtime/current.ts";
import { Crew } from "../../src/text/crew.ts";
import { writeSlot } from "../../src/text/file_tasks.ts";
import { lower } from "./fixtures/kernel_crew.ts";
import { die, echo, fail, hang } from "./fixtures/mortal_crew.ts";

const timeout = 60_000;
const mortal = new URL("./fixtures/mortal_crew.ts", import.meta.url);

async function withCrew(crew: Crew, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } finally {
    await crew.terminate();
  }
}

describe("Crew", () => {
  test("runs tasks of the pipeline, whose failures are answers", { timeout }, async () => {
    const crew = new Crew(2);
    await withCrew(crew, async () => {
      const slot = { input: 0, inputBytes: 0, output: 0, outputBytes: 0 };
      const outcome = await crew.apply(writeSlot, ["/nowhere/at/all", slot, 0, 0]);
      assert.ok("failure" in outcome);
      assert.equal(outcome.failure.system, "ENOENT");
    });
  });

  describe("with the program's own thread among the workers", () => {
    const nothing = { input: 0, inputBytes: 0, output: 0, outputBytes: 0 };
    const write = (crew: Crew): Promise<unknown> => crew.apply(writeSlot, ["/nowhere/at/all", nothing, 0, 0]);

    test("starts no thread for a single task", { timeout }, async () => {
      const crew = new Crew(3, { usesOwnThread: true });
      await withCrew(crew, async () => {
        assert.ok("failure" in (await write(crew) as object));
        assert.deepEqual(crew.workers.map(({ name, tasks }) => ({ name, tasks })), [{
          name: "text-worker-1",
          tasks: 1,
        }]);
        assert.equal(crew.spared, 2);
      });
    });

    test("starts the others when there is no end to it, and all of them work", { timeout }, async () => {
      const crew = new Crew(3, { usesOwnThread: true });
      await withCrew(crew, async () => {
        const isDone = (): boolean => crew.workers.length === 3 && crew.workers.every(({ tasks }) => tasks > 0);
        const keepAsking = async (): Promise<void> => {
          while (!isDone()) await write(crew);
        };
        await Promise.all(Array.from({ length: 8 }, keepAsking));
        assert.equal(crew.spared, 0);
      });
    });

    test("timers are heard between any two tasks", { timeout }, async () => {
      const crew = new Crew(1, { usesOwnThread: true });
      await withCrew(crew, async () => {
        let isHeard = false;
        setTimeout(() => isHeard = true, 1);
        const keepAsking = async (): Promise<void> => {
          while (!isHeard) await write(crew);
        };
        await Promise.all(Array.from({ length: 8 }, keepAsking));
      });
    });

    test(
      "a lost thread fails the task that it was at, and others do what it was given ahead",
      { timeout },
      async () => {
        const entry = new URL("./fixtures/short_lived_crew.ts", import.meta.url);
        const crew = new Crew(2, { usesOwnThread: true, entry });
        await withCrew(crew, async () => {
          let [lost, answered] = [0, 0];
          const keepAsking = async (): Promise<void> => {
            while (lost < 3) {
              await write(crew).then(() => answered++, (error) => {
                assert.ok(error instanceof WorkerLostError, String(error));
                assert.match(
                  error.message,
                  new RegExp(`^text-worker-${lost + 2} was lost: it ended with exit code 7$`),
                );
                lost++;
              });
            }
          };
          await Promise.all(Array.from({ length: 8 }, keepAsking));
          assert.equal(lost, 3);
          assert.ok(answered >= 6);
        });
      },
    );

    test("terminate() rejects what its turn has not come for", { timeout }, async () => {
      const crew = new Crew(1, { usesOwnThread: true });
      const settled = Promise.allSettled([write(crew), write(crew)]);
      await crew.terminate();
      for (const each of await settled) {
        assert.ok(each.status === "rejected" && each.reason instanceof PoolClosedError);
      }
    });
  });

  test("refuses a function that is no task", { timeout }, async () => {
    const crew = new Crew(1, { entry: mortal });
    await withCrew(crew, () => {
      assert.throws(() => crew.apply(() => 1, []), TypeError);
      return Promise.resolve();
    });
  });

  test("a lost worker fails its own task and is replaced", { timeout }, async () => {
    const crew = new Crew(1, { entry: mortal });
    await withCrew(crew, async () => {
      const lost = crew.apply(die, [7]);
      const next = crew.apply(echo, ["still here"]);
      await assert.rejects(lost, (error: WorkerLostError) => {
        assert.ok(error instanceof WorkerLostError);
        assert.match(error.message, /^text-worker-1 was lost: /);
        return true;
      });
      assert.equal(await next, "still here");
    });
  });

  test("what a task throws rejects with its name and message", { timeout }, async () => {
    const crew = new Crew(1, { entry: mortal });
    await withCrew(crew, async () => {
      await assert.rejects(crew.apply(fail, ["too far"]), (error: RemoteError) => {
        assert.ok(error instanceof RemoteError);
        assert.equal(`${error.name}: ${error.message}`, "RangeError: too far");
        return true;
      });
      assert.equal(await crew.apply(echo, ["on"]), "on");
    });
  });

  test("workers that never come up fail what waits for them", { timeout }, async () => {
    const crew = new Crew(2, { entry: new URL("./fixtures/stillborn_crew.ts", import.meta.url) });
    await withCrew(crew, () => assert.rejects(crew.apply(echo, ["?"]), WorkerLostError));
  });

  test("terminate() rejects what is pending and what comes later", { timeout }, async () => {
    const crew = new Crew(1, { entry: mortal });
    await crew.apply(echo, ["up"]);
    const pending = [crew.apply(hang, []), crew.apply(echo, ["later"])];
    const settled = Promise.allSettled(pending);
    await crew.terminate();
    for (const each of await settled) {
      assert.ok(each.status === "rejected" && each.reason instanceof PoolClosedError);
    }
    await assert.rejects(crew.apply(echo, ["too late"]), PoolClosedError);
  });

  test(
    "what a worker held of the shared memory that was ended by force is given back by a later one",
    { timeout, skip: runtime.name === "deno" && "it tells of no end by force when that comes" },
    async () => {
      const endOne = async (): Promise<void> => {
        const crew = new Crew(1, { entry: new URL("./fixtures/kernel_crew.ts", import.meta.url) });
        assert.deepEqual(await crew.apply(lower, ["ΑΣ"]), { text: "ας" });
        const pending = assert.rejects(crew.apply(hang, []), PoolClosedError);
        await crew.terminate();
        await pending;
      };
      for (let round = 0; round < 3; round++) await endOne();
      const before = accounting().blocks;
      for (let round = 0; round < 3; round++) await endOne();
      assert.equal(accounting().blocks, before);
    },
  );
});
