import assert from "node:assert/strict";
import { test } from "node:test";
import * as errors from "../../src/core/errors.ts";

const timeout = 10_000;

test("Every error class is a ManyhandsError with a code of its own, a name and its cause", { timeout }, () => {
  const cause = new Error("why");
  const made: errors.ManyhandsError[] = [
    new errors.TimeoutError("m", { cause }),
    new errors.InterruptedError("m", { cause }),
    new errors.PoolClosedError("m", { cause }),
    new errors.WorkerLostError("m", { exitReason: "exit", exitCode: 0, taskIndex: 1 }, { cause }),
    new errors.RemoteError("Odd", "m", "stack", { cause }),
    new errors.TaskEncodingError("args[0]", "a function", { cause }),
    new errors.TaskLoadError("m", { cause }),
    new errors.CapturedVariableError("x", "m", { cause }),
    new errors.MainGuardError("m", { cause }),
    new errors.UnsupportedError("m", { cause }),
    new errors.InvalidUtf8Error(3, { cause }),
    new errors.OutOfMemoryError("m", { cause }),
    new errors.OwnerDiedError("m", { cause }),
    new errors.BrokenBarrierError("m", { cause }),
    new errors.QueueEmptyError("m", { cause }),
    new errors.QueueFullError("m", { cause }),
    new errors.ShutDownError("m", { cause }),
    new errors.EndOfStreamError("m", { cause }),
    new errors.ClosedError("m", { cause }),
    new errors.BufferTooShortError(new Uint8Array(3), 2, { cause }),
    new errors.AuthenticationError("m", { cause }),
    new errors.ManagerLostError("m", { cause }),
    new errors.OutputConflictError("m", { cause }),
    new errors.LookAheadLimitError("m", { cause }),
    new errors.FileError("ERR_DISK_FULL", "/out", "m", { cause }),
    new errors.CheckpointError("ERR_CHECKPOINT_LOCKED", "m", { cause }),
    new errors.RecordError("/in", 1, 0, "m", { cause }),
    new errors.KernelError("ERR_KERNEL_TRAPPED", { path: "/in", start: 0, end: 1 }, "m", { cause }),
  ];
  for (const error of made) {
    assert.ok(error instanceof errors.ManyhandsError && error instanceof Error);
    assert.equal(error.cause, cause);
    assert.match(error.code, /^ERR_[A-Z0-9_]+$/);
    assert.equal(error.name, error instanceof errors.RemoteError ? "Odd" : error.constructor.name);
  }
  assert.equal(new Set(made.map(({ code }) => code)).size, made.length);
  const classes = Object.values(errors).filter((known) => known !== errors.ManyhandsError);
  for (const known of classes) {
    assert.ok(made.some((error) => error.constructor === known), `${known.name} is missing here`);
  }
});

test("A shifted TaskEncodingError names the item of the longer list", { timeout }, () => {
  const error = new errors.TaskEncodingError("items[2].a[1]", "a function", { cause: 1 }).shifted(40);
  assert.equal(error.path, "items[42].a[1]");
  assert.equal(error.message, "Cannot send items[42].a[1]: it is a function");
  assert.equal(error.cause, 1);
  assert.equal(new errors.TaskEncodingError("args[2]", "a function").shifted(40).path, "args[2]");
});
