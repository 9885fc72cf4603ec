import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Process, registerError, RemoteError } from "../../mod.ts";
import { decodeError, encodeError } from "../../src/channel/error_codec.ts";
import { ConfigError, failWithOwnClass, UnknownError } from "./fixtures/own_errors.ts";

const timeout = 60_000;

async function failureOf(kind: string): Promise<unknown> {
  const child = new Process({ target: failWithOwnClass, args: [kind] });
  child.start();
  await child.join();
  return child.error;
}

describe("registerError", () => {
  test("An error of a registered class arrives as one of it, with fields and cause", { timeout }, async () => {
    const error = await failureOf("registered");
    assert.ok(error instanceof ConfigError);
    assert.deepEqual([error.name, error.message, error.key], ["ConfigError", "No such key", "port"]);
    assert.ok(error.cause instanceof ConfigError && error.cause.key === "host");
    assert.match(error.stack!, /own_errors/);
  });

  test("An error of another class arrives as a RemoteError under its name", { timeout }, async () => {
    const error = await failureOf("unknown");
    assert.ok(error instanceof RemoteError && !(error instanceof UnknownError));
    assert.equal(error.name, "UnknownError");
  });

  test("A subclass of a registered class arrives as one of that, under its own name", { timeout }, () => {
    class PortError extends ConfigError {
      override name = "PortError";
    }
    const arrived = decodeError(encodeError(new PortError("taken", "port"), () => true));
    assert.ok(arrived instanceof ConfigError);
    assert.equal(arrived.name, "PortError");
  });

  test("A class may be registered again, another one of its name may not", { timeout }, () => {
    assert.equal(registerError(ConfigError), ConfigError);
    for (const name of ["ConfigError", "TypeError", "TimeoutError"]) {
      const impostor = Object.defineProperty(class extends Error {}, "name", { value: name });
      assert.throws(() => registerError(impostor), RangeError);
    }
  });

  test("What is no class of errors is refused", { timeout }, () => {
    for (const given of [class {}, () => {}, null, "Error"]) {
      assert.throws(() => registerError(given as never), TypeError);
    }
    assert.throws(() => registerError(class extends Error {}), TypeError);
  });
});
