import assert from "node:assert/strict";
import { test } from "node:test";
import process from "node:process";
import { activeChildren, currentProcess, type Process } from "../../mod.ts";
import * as tasks from "./fixtures/context_tasks.ts";
import { type Declare, inEachContext } from "./in_each_context.ts";
import { temporaryFile } from "./temporary_file.ts";

const declare: Declare = (title, options, body) => void test(title, options, body);

async function ended<A extends unknown[]>(child: Process<A>): Promise<Process<A>> {
  child.start();
  await child.join();
  return child;
}

inEachContext(declare, "test_process, test_active_children: the handle tells of a life", {}, async (context) => {
  using file = temporaryFile();
  const child = new context.Process({ target: tasks.waitForEver, args: [file.path] });
  const state = () => [child.isAlive(), child.exitCode, child.exitReason, activeChildren().includes(child as never)];
  assert.deepEqual(state(), [false, null, null, false]);
  assert.deepEqual([child.pid, child.ident], [null, null]);
  child.start();
  assert.throws(() => child.start(), { code: "ERR_PROCESS_STARTED" });
  await tasks.begun(file.path);
  assert.deepEqual(state(), [true, null, null, true]);
  assert.equal(await child.join(0), false);
  child.terminate();
  assert.equal(await child.join(), true);
  assert.deepEqual(state(), [false, -15, "killed", false]);
});

inEachContext(declare, "test_kill: a process is ended at once, with -9", {}, async ({ Process }) => {
  using file = temporaryFile();
  const child = new Process({ target: tasks.waitForEver, args: [file.path] });
  child.start();
  await tasks.begun(file.path);
  child.kill();
  await child.join();
  assert.deepEqual([child.exitCode, child.exitReason], [-9, "killed"]);
});

inEachContext(declare, "test_process: a target that returns gives 0", {}, async ({ Process }) => {
  const child = await ended(new Process({ target: () => {} }));
  assert.deepEqual([child.exitCode, child.exitReason, child.error], [0, "exit", undefined]);
});

inEachContext(declare, "An error that is not caught gives 1, and is kept whole", {}, async ({ Process }) => {
  const child = await ended(new Process({ target: tasks.raise, args: ["broken"] }));
  assert.deepEqual([child.exitCode, child.exitReason], [1, "error"]);
  assert.ok(child.error instanceof RangeError && child.error.cause instanceof TypeError);
  assert.equal(child.error.message, "broken");
});

inEachContext(declare, "test_sys_exit: process.exit(7) gives 7", {
  inline: "process.exit ends the program, whose thread it is: see docs/contexts.md",
}, async ({ Process }) => {
  const child = await ended(new Process({ target: tasks.exitWith, args: [7] }));
  assert.deepEqual([child.exitCode, child.exitReason, child.error], [7, "exit", undefined]);
});

inEachContext(declare, "test_interrupt: an interrupt aborts the signal of the process", {
  inline: "the thread is the program's, which nobody interrupts: see docs/contexts.md",
}, async ({ Process }) => {
  using file = temporaryFile();
  const child = new Process({ target: tasks.waitForInterrupt, args: [file.path] });
  child.start();
  await tasks.begun(file.path);
  child.interrupt();
  await child.join();
  assert.deepEqual([child.exitCode, child.exitReason], [1, "interrupted"]);
});

inEachContext(declare, "test_parent_process: a child knows itself and its parent", {}, async (context) => {
  const child = await ended(new context.Process({ target: tasks.throwSelf, name: "SomeProcess" }));
  const { self } = child.error as unknown as { self: tasks.Self };
  assert.deepEqual([self.name, self.pid, self.ident], ["SomeProcess", child.pid, child.ident]);
  assert.deepEqual([self.parent, self.method], [currentProcess().ident, context.getStartMethod()]);
  assert.notEqual(child.ident, currentProcess().ident);
  assert.equal(child.pid !== process.pid, context.getStartMethod() === "process");
});

inEachContext(declare, "test_many_processes: several run at once", {}, async ({ Process }) => {
  const children = Array.from({ length: 3 }, () => new Process({ target: tasks.exitLater }));
  for (const child of children) child.start();
  for (const child of children) await child.join();
  assert.deepEqual(children.map((child) => child.exitCode), [0, 0, 0]);
});
