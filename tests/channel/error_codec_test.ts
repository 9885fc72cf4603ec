import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeError, encodeError } from "../../src/channel/error_codec.ts";
import { pack, unpack } from "../../src/channel/packer.ts";
import {
  InvalidUtf8Error,
  ManyhandsError,
  PoolClosedError,
  RemoteError,
  TaskEncodingError,
  TimeoutError,
  WorkerLostError,
} from "../../src/core/errors.ts";

const timeout = 10_000;

/** As the error arrives in another process. */
function sent<E extends Error>(error: E): E {
  return unpack(pack(error).slice()) as E;
}

test("Built-in errors keep class, name, message and stack", { timeout }, () => {
  for (const Class of [Error, TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError]) {
    const error = new Class("It went wrong");
    const arrived = sent(error);
    assert.equal(Object.getPrototypeOf(arrived), Class.prototype);
    assert.equal(arrived.name, Class.name);
    assert.equal(arrived.message, "It went wrong");
    assert.equal(arrived.stack, error.stack);
    assert.deepEqual(Object.keys(arrived), []);
  }
});

test("An error without a stack has none afterwards", { timeout }, () => {
  const error = new Error("bare");
  Object.defineProperty(error, "stack", { value: undefined });
  assert.equal(sent(error).stack, "");
});

test("Own fields travel with the error", { timeout }, () => {
  const error = Object.assign(new Error("ENOENT: no such file"), {
    code: "ENOENT",
    errno: -2,
    path: "/missing",
    details: { tries: [1, 2], at: new Date(5) },
    ["__proto__x"]: 1,
  });
  const arrived = sent(error);
  assert.deepEqual(Object.entries(arrived), Object.entries(error));
  assert.ok(arrived.details.at instanceof Date);
});

test("A field named errors belongs to an error of any class", { timeout }, () => {
  const error = Object.assign(new TypeError("Invalid"), { errors: [{ field: "age" }] });
  assert.deepEqual(sent(error).errors, [{ field: "age" }]);
});

test("The chain of causes is kept, errors or not", { timeout }, () => {
  const error = new TypeError("outer", {
    cause: new RangeError("middle", { cause: Object.assign(new Error("inner", { cause: 42 }), { code: "E_IN" }) }),
  });
  const arrived = sent(error);
  const middle = arrived.cause as Error;
  const inner = middle.cause as Error & { code: string };
  assert.ok(arrived instanceof TypeError && middle instanceof RangeError);
  assert.deepEqual([middle.message, inner.message, inner.code, inner.cause], ["middle", "inner", "E_IN", 42]);
  assert.equal(Object.prototype.propertyIsEnumerable.call(arrived, "cause"), false);
  assert.equal("cause" in sent(new Error("no cause")), false);
});

test("The errors of an AggregateError are kept, each with its class", { timeout }, () => {
  const error = new AggregateError(
    [new TypeError("one"), "two", new AggregateError([new URIError("three")], "x")],
    "all",
  );
  const arrived = sent(error);
  assert.ok(arrived instanceof AggregateError);
  assert.equal(arrived.message, "all");
  assert.ok(arrived.errors[0] instanceof TypeError);
  assert.equal(arrived.errors[1], "two");
  assert.ok(arrived.errors[2] instanceof AggregateError && arrived.errors[2].errors[0] instanceof URIError);
  assert.deepEqual(Object.keys(arrived), []);
});

test("An error of a class that nobody knows becomes a RemoteError under its name", { timeout }, () => {
  class ConfigError extends Error {
    override name = "ConfigError";
    readonly key: string;
    constructor(message: string, key: string) {
      super(message, { cause: new TypeError("why") });
      this.key = key;
    }
  }
  const error = new ConfigError("No such key", "port");
  const arrived: unknown = sent(error);
  assert.ok(arrived instanceof RemoteError);
  assert.equal(arrived.name, "ConfigError");
  assert.equal(arrived.message, "No such key");
  assert.equal(arrived.code, "ERR_REMOTE");
  assert.equal(arrived.remoteStack, error.stack);
  assert.equal((arrived as RemoteError & { key: string }).key, "port");
  assert.ok(arrived.cause instanceof TypeError);
});

test("A RemoteError that is sent on stays what it is", { timeout }, () => {
  class Odd extends Error {
    override name = "Odd";
  }
  const once: unknown = sent(new Odd("x"));
  const twice = sent(once as RemoteError);
  assert.ok(twice instanceof RemoteError);
  assert.deepEqual([twice.name, twice.message, twice.code], ["Odd", "x", "ERR_REMOTE"]);
  assert.equal(twice.remoteStack, (once as RemoteError).remoteStack);
});

test("An unknown subclass of a known class stays an instance of that", { timeout }, () => {
  class BadDigit extends RangeError {
    override name = "BadDigit";
  }
  const arrived = sent(new BadDigit("9"));
  assert.ok(arrived instanceof RangeError);
  assert.equal(arrived.name, "BadDigit");
  class LateError extends TimeoutError {}
  const late = sent(new LateError("too late"));
  assert.ok(late instanceof TimeoutError);
  assert.deepEqual([late.name, late.code], ["LateError", "ERR_TIMEOUT"]);
});

test("A class that only shares the name of a known one is not taken for it", { timeout }, () => {
  const Impostor = { TypeError: class TypeError extends Error {} }.TypeError;
  assert.ok(!(sent(new Impostor("x")) instanceof TypeError));
});

test("The errors of this module keep class and fields", { timeout }, () => {
  const lost = new WorkerLostError("The worker died", { exitReason: "killed", exitCode: 9, taskIndex: 4 }, {
    cause: new Error("why"),
  });
  const arrived = sent(lost);
  assert.ok(arrived instanceof WorkerLostError);
  assert.equal(Object.getPrototypeOf(arrived), WorkerLostError.prototype);
  assert.deepEqual(
    [arrived.name, arrived.code, arrived.exitReason, arrived.exitCode, arrived.taskIndex],
    ["WorkerLostError", "ERR_WORKER_LOST", "killed", 9, 4],
  );
  assert.equal((arrived.cause as Error).message, "why");
  const others = [
    new ManyhandsError("ERR_X", "x"),
    new PoolClosedError("x"),
    new TaskEncodingError("args[0]", "a function"),
    new InvalidUtf8Error(7),
  ];
  for (const error of others) {
    const copy = sent(error);
    assert.equal(Object.getPrototypeOf(copy), Object.getPrototypeOf(error));
    assert.deepEqual([copy.name, copy.code, copy.message], [error.name, error.code, error.message]);
  }
  assert.equal(sent(new InvalidUtf8Error(7)).offset, 7);
  assert.equal(sent(new TaskEncodingError("args[0]", "a function")).path, "args[0]");
});

test("A field that cannot travel becomes a note, and the rest arrives", { timeout }, () => {
  const error = Object.assign(new Error("x", { cause: () => {} }), {
    retry: (): void => {},
    token: Symbol("t"),
    request: { socket: { end: (): void => {} } },
    pending: [Promise.resolve()],
    memory: new SharedArrayBuffer(8),
    kept: 1,
  });
  const arrived = sent(error) as unknown as Record<string, unknown>;
  assert.equal(arrived["cause"], "[not sendable: function]");
  assert.equal(arrived["retry"], "[not sendable: function]");
  assert.equal(arrived["token"], "[not sendable: symbol]");
  assert.equal(arrived["request"], "[not sendable: [object Object]]");
  assert.equal(arrived["pending"], "[not sendable: [object Array]]");
  assert.equal(arrived["memory"], "[not sendable: [object SharedArrayBuffer]]");
  assert.equal(arrived["kept"], 1);
  const aggregate = sent(new AggregateError([() => {}, new Error("y")]));
  assert.equal(aggregate.errors[0], "[not sendable: function]");
  assert.equal(aggregate.errors[1].message, "y");
});

test("An error that leads back to itself arrives, the way back cut", { timeout }, () => {
  const error = Object.assign(new Error("outer"), { code: "E_LOOP", cause: undefined as unknown, context: {} });
  error.cause = new TypeError("inner", { cause: error });
  error.context = { failed: [error] };
  const arrived = sent(error);
  const inner = arrived.cause as Error;
  const back = inner.cause as Error & { code: string };
  assert.deepEqual([arrived.message, inner.message, back.message, back.code], ["outer", "inner", "outer", "E_LOOP"]);
  assert.equal(back.cause, "[not sendable: [object Error]]");
  const { failed } = arrived.context as { failed: Error[] };
  assert.equal(failed[0]!.message, "outer");
  assert.deepEqual(sent(error), arrived);
});

test("A decoded error holds its stack twice, neither of them enumerable", { timeout }, () => {
  const data = encodeError(new TypeError("x"), () => true);
  const error = decodeError(data) as Error & { remoteStack: string };
  assert.equal(error.remoteStack, data.stack);
  assert.equal(error.stack, data.stack);
  assert.deepEqual(Object.keys(error), []);
});
