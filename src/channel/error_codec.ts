import { errorClassNamed } from "../core/error_classes.ts";
import { RemoteError } from "../core/errors.ts";

/** An error as plain data. */
export interface ErrorData {
  name: string;
  /** Name of the nearest class in the prototype chain that the other side knows too. */
  class: string;
  message: string;
  stack: string;
  fields: [string, unknown][];
  cause?: unknown;
  errors?: unknown[];
}

const ownData = new Set(["name", "message", "stack", "cause", "remoteStack"]);

/** Turns an error into plain data; `encodable` says which of its own fields can travel, the others become a note. */
export function encodeError(error: Error, encodable: (value: unknown) => boolean): ErrorData {
  const carry = (value: unknown): unknown => encodable(value) ? value : `[not sendable: ${describe(value)}]`;
  const isAggregate = error instanceof AggregateError;
  const data: ErrorData = {
    name: String(error.name),
    class: knownClassOf(error),
    message: String(error.message),
    stack: String(error.stack ?? ""),
    fields: Object.keys(error).filter((key) => !ownData.has(key) && !(key === "errors" && isAggregate)).map((key) => [
      key,
      carry((error as unknown as Record<string, unknown>)[key]),
    ]),
  };
  if ("cause" in error && error.cause !== undefined) data.cause = carry(error.cause);
  if (isAggregate) data.errors = error.errors.map(carry);
  return data;
}

/**
 * Rebuilds an error: an instance of its class where that is built in, ours or registered, else a `RemoteError` under its
 * name. The stack is the worker's, also as the non-enumerable `remoteStack`.
 */
export function decodeError(data: ErrorData): Error {
  const known = data.class === data.name || data.class !== "Error" ? errorClassNamed(data.class) : undefined;
  const error = known === undefined && data.name !== "Error"
    ? new RemoteError(data.name, data.message, data.stack)
    : new Error(data.message);
  if (known !== undefined) Object.setPrototypeOf(error, known.prototype);
  if (error.name !== data.name) define(error, "name", data.name);
  define(error, "stack", data.stack);
  define(error, "remoteStack", data.stack);
  if ("cause" in data) define(error, "cause", data.cause);
  if (data.errors !== undefined) define(error, "errors", data.errors);
  for (const [key, value] of data.fields) {
    Object.defineProperty(error, key, { value, writable: true, enumerable: true, configurable: true });
  }
  return error;
}

function define(error: Error, key: string, value: unknown): void {
  Object.defineProperty(error, key, { value, writable: true, enumerable: false, configurable: true });
}

function knownClassOf(error: Error): string {
  for (let proto = Object.getPrototypeOf(error); proto !== null; proto = Object.getPrototypeOf(proto)) {
    const name = (proto.constructor as { name: string } | undefined)?.name;
    if (name !== undefined && errorClassNamed(name)?.prototype === proto) return name;
  }
  return "Error";
}

function describe(value: unknown): string {
  return typeof value === "object" ? Object.prototype.toString.call(value) : typeof value;
}
