import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import process from "node:process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Listener, Queue, TimeoutError, WorkerLostError } from "../../mod.ts";
import { ConfigError } from "../core/fixtures/own_errors.ts";
import * as behaviours from "./fixtures/behaviour_tasks.ts";
import * as tasks from "./fixtures/context_tasks.ts";
import { type Declare, inEachContext } from "./in_each_context.ts";
import { temporaryFile } from "./temporary_file.ts";

const declare: Declare = (title, options, body) => void test(title, options, body);
const run = promisify(execFile);
const isDeno = "Deno" in globalThis;

/** Runs a program of the fixtures with arguments. */
function output(path: string, ...args: string[]): Promise<{ stdout: string; stderr: string }> {
  const program = fileURLToPath(new URL(path, import.meta.url));
  const flags = isDeno ? ["run", "-A", "--no-check"] : [];
  return run(process.execPath, [...flags, program, ...args], { timeout: 50_000, killSignal: "SIGKILL" });
}

function assertSeveral(error: unknown): void {
  assert.ok(error instanceof AggregateError);
  assert.equal(error.message, "all failed");
  const [one, two] = error.errors as [unknown, unknown];
  assert.ok(one instanceof RangeError && two instanceof ConfigError && two.cause instanceof TypeError);
  assert.deepEqual([one.message, two.message, two.key, two.cause.message], ["one", "two", "port", "deep"]);
}

inEachContext(
  declare,
  "test_exceptions: several errors in one cross with their classes, also registered ones",
  {},
  async ({ Pool, Process }) => {
    await using pool = new Pool(1);
    await assert.rejects(pool.apply(behaviours.failWithSeveral), (error) => {
      assertSeveral(error);
      assert.match((error as Error).stack!, /failWithSeveral|behaviour_tasks/);
      return true;
    });
    const child = new Process({ target: behaviours.failWithSeveral });
    child.start();
    await child.join();
    assertSeveral(child.error);
    assert.deepEqual([child.exitCode, child.exitReason], [1, "error"]);
  },
);

inEachContext(
  declare,
  "In imap an item that throws rejects its place, and the iteration goes on",
  {},
  async ({ Pool }) => {
    await using pool = new Pool(2);
    const iterator = pool.imap(behaviours.failAbove, [1, 5, 2], { chunksize: 1 });
    assert.deepEqual(await iterator.next(), { done: false, value: 1 });
    await assert.rejects(iterator.next(), { name: "RangeError", message: "5 is too much" });
    assert.deepEqual(await iterator.next(), { done: false, value: 2 });
    assert.equal((await iterator.next()).done, true);
    const unordered = pool.imapUnordered(behaviours.failAbove, [1, 5, 2], { chunksize: 1 });
    const settled = await Promise.allSettled([unordered.next(), unordered.next(), unordered.next()]);
    assert.deepEqual(settled.map(({ status }) => status).sort(), ["fulfilled", "fulfilled", "rejected"]);
  },
);

inEachContext(declare, "A map that is aborted or over its time rejects, and the pool goes on", {}, async ({ Pool }) => {
  await using pool = new Pool(2);
  using file = temporaryFile();
  const abort = new AbortController();
  const aborted = pool.map(tasks.waitForEver, [file.path], { signal: abort.signal });
  await tasks.begun(file.path);
  abort.abort(new RangeError("not any more"));
  await assert.rejects(aborted, { name: "RangeError", message: "not any more" });
  await assert.rejects(pool.apply(tasks.waitForEver, [file.path], { timeout: 50 }), TimeoutError);
  assert.deepEqual(await pool.map(behaviours.triple, [1, 2, 3]), [3, 6, 9]);
});

inEachContext(declare, "imap takes no more from its input than its limits allow", {}, async ({ Pool }) => {
  await using pool = new Pool(2);
  let taken = 0;
  function* numbers(): Generator<number> {
    for (;;) yield taken++;
  }
  const iterator = pool.imap(behaviours.triple, numbers(), { chunksize: 1, buffersize: 3 });
  for (let at = 0; at < 20; at++) {
    assert.deepEqual(await iterator.next(), { done: false, value: 3 * at });
    assert.ok(taken <= at + 1 + 2 + 3 + 1, `${taken} were taken for ${at + 1} results`);
  }
  await iterator.return!();
});

inEachContext(declare, "A task whose worker is lost is repeated where retries are left", {
  inline: "process.exit ends the program, whose thread it is: see docs/contexts.md",
}, async ({ Pool }) => {
  using file = temporaryFile();
  await using pool = new Pool({ processes: 1, retries: 1 });
  assert.equal(await pool.apply(behaviours.endOnce, [file.path]), "again after the first");
  using other = temporaryFile();
  await using once = new Pool({ processes: 1 });
  await assert.rejects(once.apply(behaviours.endOnce, [other.path]), WorkerLostError);
});

inEachContext(declare, "test_atexit: a hook has run when join returns", {
  inline: "the thread is the program's, whose end is no process's: see docs/contexts.md",
}, async ({ Process }) => {
  using file = temporaryFile();
  const child = new Process({ target: behaviours.addHook, args: [file.path], name: "Hooked" });
  child.start();
  await child.join();
  assert.equal(readFileSync(file.path, "utf8"), "Hooked ends");
});

inEachContext(declare, "test_recursion: names tell of the whole descent", {}, async (context) => {
  const names = new Queue<string>();
  const child = new context.Process({ target: behaviours.putNames, args: [names, 2] });
  child.start();
  await child.join();
  assert.deepEqual([await names.get(), await names.get(), await names.get()], [
    child.name,
    `${child.name}:1`,
    `${child.name}:1:1`,
  ]);
});

inEachContext(declare, "test_listener_client: a child connects and proves the key", {}, async ({ Process }) => {
  const listener = await new Listener(undefined, { authkey: "secret" }).ready();
  const child = new Process({ target: behaviours.sayHello, args: [listener.address, "secret"], name: "Guest" });
  child.start();
  const connection = await listener.accept();
  await connection.send(1729);
  assert.deepEqual(await connection.recv(), ["Guest", 1729]);
  await child.join();
  assert.equal(child.exitCode, 0);
  connection.close();
  await listener.close();
});

inEachContext(
  declare,
  "test_level: a child logs on the level of the process that starts it",
  {},
  async (context) => {
    const { stderr } = await output("../observe/fixtures/log_program.ts", context.getStartMethod());
    assert.equal(stderr, "[INFO/MainProcess] begins\n[INFO/Kim] level info\n");
  },
);

inEachContext(
  declare,
  "test_stderr_flush: an uncaught error is on standard error under the name of its process",
  {},
  async (context) => {
    const program = "../process/fixtures/process_program.ts";
    const { stdout, stderr } = await output(program, "failure", context.getStartMethod());
    assert.equal(stdout, "1\n");
    assert.match(stderr, /^Uncaught error in Doomed: RangeError: broken\n.*process_program\.ts/s);
  },
);

inEachContext(declare, "Lines of processes that print at once stay whole", {
  inline: "they are lines of the program itself, by its own console: docs/contexts.md",
}, async (context) => {
  const { stdout } = await output("../process/fixtures/process_program.ts", "lines", context.getStartMethod());
  const lines = stdout.replaceAll("unfinished ", "").trimEnd().split("\n");
  const wholes = ["a", "b", "c"].map((name) => name.repeat(300));
  assert.deepEqual(wholes.map((whole) => lines.filter((line) => line === whole).length), [400, 400, 400]);
});
