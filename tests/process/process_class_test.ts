import assert from "node:assert/strict";
import process from "node:process";
import { describe, test } from "node:test";
import { Process, task, TaskEncodingError, TaskLoadError } from "../../mod.ts";
import { Lost, makeHidden, Mirror, Unsendable, Uppercaser, Wrapper } from "./fixtures/uppercaser.ts";

const timeout = 60_000;

/** The fields of the error by which a process told what it saw. */
async function toldBy(child: Process<[number]> | Process): Promise<Record<string, unknown>> {
  child.start();
  await child.join();
  return child.error as Record<string, unknown>;
}

describe("_TestSubclassingProcess", () => {
  test("test_subclassing: run of a subclass works with the fields of its instance", { timeout }, async () => {
    const uppercaser = new Uppercaser();
    uppercaser.start();
    assert.equal(await uppercaser.submit("hello"), "HELLO");
    assert.equal(await uppercaser.submit("world"), "WORLD");
    await uppercaser.stop();
    await uppercaser.join();
    assert.equal(uppercaser.exitCode, 0);
  });
});

describe("A subclass of Process", () => {
  test("run sees the fields, and who it is", { timeout }, async () => {
    const mirror = new Mirror("Glass");
    mirror.tags.push("b");
    const { seen, isCurrent, isMirror } = await toldBy(mirror);
    assert.deepEqual(seen, {
      name: "Glass",
      daemon: true,
      count: 2,
      tags: ["a", "b"],
      pid: process.pid,
      ident: mirror.ident,
      alive: true,
      exitCode: null,
    });
    assert.deepEqual([isCurrent, isMirror, mirror.exitReason], [true, true, "error"]);
    assert.match(String(mirror), /^<Mirror name='Glass' /);
  });

  test("run of Process calls the target, with its arguments", { timeout }, async () => {
    assert.equal((await toldBy(new Wrapper({ target: (x: number) => x + 1, args: [4] }))).product, 50);
    assert.equal(new Process({ target: (x: number) => 2 * x, args: [4] }).run(), 8);
    const triple = task(import.meta, function triple(x: number): number {
      return 3 * x;
    });
    assert.equal(new Process({ target: triple, args: [4] }).run(), 12);
  });

  test("One without the URL of its module is refused at the start", { timeout }, () => {
    const lost = new Lost();
    assert.throws(() => lost.start(), /Lost has a run of its own.*static override readonly module/);
    assert.equal(lost.isAlive(), false);
  });

  test("One that its module does not export ends with an error that says so", { timeout }, async () => {
    const hidden = makeHidden();
    await toldBy(hidden);
    assert.ok(hidden.error instanceof TaskLoadError);
    assert.match(hidden.error.message, /Cannot run Hidden: .*uppercaser\.ts does not export a subclass/);
    assert.equal(hidden.exitCode, 1);
  });

  test("A field that cannot be sent is refused at the start, with its path", { timeout }, () => {
    const child = new Unsendable();
    assert.throws(() => child.start(), (error) => error instanceof TaskEncodingError && error.path === "this.onDone");
  });

  test("A process without a target and without a run of its own is refused", { timeout }, () => {
    assert.throws(() => new Process(), TypeError);
  });
});

describe("A subclass in other contexts", () => {
  for (const context of ["process", "inline"] as const) {
    test(`run is called in the context ${context} too`, { timeout }, async () => {
      const wrapper = new Wrapper({ target: (x: number) => x + 1, args: [4], context });
      assert.equal((await toldBy(wrapper)).product, 50);
    });
  }
});
