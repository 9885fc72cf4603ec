import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import process from "node:process";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { getLogger, type LogRecord, Pool, Process } from "../../mod.ts";

const timeout = 60_000;
const run = promisify(execFile);
const isDeno = "Deno" in globalThis;

/** What is published on the channels while `work` runs. */
async function published(names: string[], work: () => unknown): Promise<[string, Record<string, unknown>][]> {
  const seen: [string, Record<string, unknown>][] = [];
  const listener = (message: unknown, name: string | symbol): void => {
    seen.push([String(name).slice("manyhands:".length), message as Record<string, unknown>]);
  };
  for (const name of names) subscribe(name, listener);
  try {
    await work();
  } finally {
    for (const name of names) unsubscribe(name, listener);
  }
  return seen;
}

describe("_TestLogging", () => {
  test("test_level: a child logs on the level of the process that starts it", { timeout }, async () => {
    const program = fileURLToPath(new URL("./fixtures/log_program.ts", import.meta.url));
    const { stderr } = await run(process.execPath, [...(isDeno ? ["run", "-A", "--no-check"] : []), program]);
    assert.equal(stderr, "[INFO/MainProcess] begins\n[INFO/Kim] level info\n");
  });

  test("test_filename: a record names the file that logs", { timeout }, async () => {
    const seen = await published(["manyhands:log"], () => getLogger().warning("careful"));
    const [[channel, record]] = seen as unknown as [[string, LogRecord]];
    assert.deepEqual([channel, record.level, record.message, record.process], [
      "log",
      "warning",
      "careful",
      "MainProcess",
    ]);
    assert.match(record.file!, /logger_test\.ts$/);
  });
});

describe("The logger", () => {
  test("What is below its level is not told", { timeout }, async () => {
    const logger = getLogger();
    assert.equal(logger.level, "warning");
    const all = (): void => {
      for (const level of ["debug", "info", "warning", "error"] as const) logger[level](level);
    };
    const levels = async (): Promise<unknown[]> =>
      (await published(["manyhands:log"], all)).map(([, { level }]) => level);
    assert.deepEqual(await levels(), ["warning", "error"]);
    logger.level = "off";
    assert.deepEqual(await levels(), []);
    logger.level = "debug";
    assert.deepEqual(await levels(), ["debug", "info", "warning", "error"]);
    logger.level = "warning";
    assert.throws(() => logger.level = "loud" as "off", RangeError);
    assert.equal(logger.isEnabledFor("error"), false);
  });
});

describe("Events", () => {
  test("A process tells of its start and its end", { timeout }, async () => {
    const child = new Process({ target: () => {}, name: "Lee" });
    const seen = await published(["manyhands:process:start", "manyhands:process:end"], async () => {
      child.start();
      await child.join();
    });
    const { ident } = child;
    assert.deepEqual(seen, [
      ["process:start", { name: "Lee", ident }],
      ["process:end", { name: "Lee", ident, exitCode: 0, error: undefined }],
    ]);
  });

  test("A pool tells of its workers' starts, ends and losses", { timeout }, async () => {
    const names = ["start", "end", "lost"].map((what) => `manyhands:worker:${what}`);
    const seen = await published(names, async () => {
      const pool = new Pool({ processes: 1, name: "Hands" });
      const leave = async (): Promise<void> => (await import("node:process")).default.exit(3);
      await assert.rejects(pool.apply(leave));
      await pool.apply(() => 1);
      pool.close();
      await pool.join();
    });
    assert.deepEqual(seen.map(([name, { worker, exitCode }]) => [name, worker, exitCode]), [
      ["worker:start", "Hands-worker-1", undefined],
      ["worker:lost", "Hands-worker-1", 3],
      ["worker:start", "Hands-worker-2", undefined],
      ["worker:end", "Hands-worker-2", 0],
    ]);
  });
});
