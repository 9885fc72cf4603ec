import * as errors from "./errors.ts";

/** A class of errors. */
export type ErrorClass = abstract new (...args: never[]) => Error;

const builtIn = [Error, TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError, AggregateError];

const classes: Map<string, ErrorClass> = new Map();
for (const known of [...builtIn, ...Object.values(errors)]) classes.set(known.name, known);

/**
 * Lets errors of a class of yours arrive in other processes as instances of it; others arrive as instances of the
 * nearest class that is known, or as a {@linkcode RemoteError}. Call it at the top level of the module that holds the
 * class, which both sides load. Name, message, stack, cause and own fields travel; the constructor does not run again,
 * so private fields (`#name`) are not there. Python: exceptions are pickled by the name of their class.
 *
 * @returns `Class`
 * @throws {TypeError} where `Class` is no class of errors, or has no name
 * @throws {RangeError} where another class of that name is known
 *
 * @example
 * ```ts
 * import { registerError } from "@manyhands/manyhands";
 *
 * export class ConfigError extends Error {
 *   override name = "ConfigError";
 * }
 * registerError(ConfigError);
 * ```
 */
export function registerError<C extends ErrorClass>(Class: C): C {
  if (typeof Class !== "function" || !(Class.prototype instanceof Error)) {
    throw new TypeError(`Cannot register ${String(Class)}: expected a class that extends Error`);
  }
  if (Class.name === "") throw new TypeError("Cannot register a class of errors without a name");
  const known = classes.get(Class.name);
  if (known !== undefined && known !== Class) {
    throw new RangeError(`Cannot register ${Class.name}: another class of errors of that name is known`);
  }
  classes.set(Class.name, Class);
  return Class;
}

/** The class that is known by a name. */
export function errorClassNamed(name: string): ErrorClass | undefined {
  return classes.get(name);
}
