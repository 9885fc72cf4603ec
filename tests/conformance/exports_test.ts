import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import * as manyhands from "../../mod.ts";

const timeout = 20_000;
const table = readFileSync(new URL("../../docs/python.md", import.meta.url), "utf8");

/** What `from multiprocessing import *` brings, and its name here where it has one. */
const names: Record<string, string | undefined> = {
  Array: "SharedArray",
  AuthenticationError: "AuthenticationError",
  Barrier: "Barrier",
  BoundedSemaphore: "BoundedSemaphore",
  BufferTooShort: "BufferTooShortError",
  Condition: "Condition",
  Event: "Event",
  JoinableQueue: "JoinableQueue",
  Lock: "Lock",
  Manager: "Manager",
  Pipe: "Pipe",
  Pool: "Pool",
  Process: "Process",
  ProcessError: "ManyhandsError",
  Queue: "Queue",
  RLock: "RLock",
  RawArray: undefined,
  RawValue: undefined,
  Semaphore: "Semaphore",
  SimpleQueue: "SimpleQueue",
  TimeoutError: "TimeoutError",
  Value: "SharedValue",
  active_children: "activeChildren",
  allow_connection_pickling: undefined,
  cpu_count: "cpuCount",
  current_process: "currentProcess",
  freeze_support: undefined,
  get_all_start_methods: "getAllStartMethods",
  get_context: "getContext",
  get_logger: "getLogger",
  get_start_method: "getStartMethod",
  log_to_stderr: "logToStderr",
  parent_process: "parentProcess",
  reducer: undefined,
  set_executable: undefined,
  set_forkserver_preload: undefined,
  set_start_method: "setStartMethod",
};

describe("_TestImportStar", () => {
  test("test_import, test__all__: what Python's star import brings is exported, or the table tells why not", {
    timeout,
  }, () => {
    for (const [theirs, ours] of Object.entries(names)) {
      assert.match(table, new RegExp(`\`[^\`]*\\b${theirs}\\b`), `${theirs} is not in docs/python.md`);
      if (ours !== undefined) assert.equal(typeof Reflect.get(manyhands, ours), "function", `${ours} is not exported`);
    }
  });
});
