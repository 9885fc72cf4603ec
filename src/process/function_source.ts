import { TaskLoadError } from "../core/errors.ts";

/** Why no function is made of its source text where the program was started so. */
export const FORBIDDEN: string =
  "this program may not make code of text (Content-Security-Policy, --disallow-code-generation-from-strings); " +
  "mark the function by task(import.meta, …), or name its module and export";

/**
 * The source text of a function as an expression that makes it again.
 *
 * @throws {TaskLoadError} where the function has no source text that can stand alone
 */
export function functionExpression(fn: (...args: never[]) => unknown, role: string): string {
  const text = Function.prototype.toString.call(fn);
  const isNative = /\{\s*\[native code\]\s*\}\s*$/.test(text);
  const source = isNative ? standardName(fn) : text;
  const name = fn.name === "" ? role : `${role} ${fn.name}`;
  if (source === undefined) {
    throw new TaskLoadError(`Cannot send ${name}: it is native or bound and has no source text; wrap it in a function`);
  }
  if (/^class[\s{]/.test(source)) throw new TaskLoadError(`Cannot send ${name}: it is a class, not a function`);
  if (parses(source)) return source;
  // A method's text is no expression by itself: `double(x) { … }`, `async *items() { … }`, `["a-b"]() { … }`.
  const method = `Object.values({ ${source} })[0]`;
  if (parses(method)) return method;
  if (!parses("0")) throw new TaskLoadError(`Cannot send ${name} by its source text: ${FORBIDDEN}`);
  throw new TaskLoadError(`Cannot send ${name}: its source text is not a function by itself`);
}

const STANDARD_OBJECTS: Readonly<Record<string, object>> = { Array, BigInt, Date, JSON, Math, Number, Object, String };

const STANDARD_FUNCTIONS: readonly unknown[] = [
  ...[Array, BigInt, Boolean, Date, Number, Object, RegExp, String, Symbol],
  ...[parseFloat, parseInt, isFinite, isNaN, encodeURI, encodeURIComponent, decodeURI, decodeURIComponent],
  ...[atob, btoa, structuredClone],
];

/** What a function of the language itself is called in every thread, such as `Math.sqrt`. */
function standardName(fn: (...args: never[]) => unknown): string | undefined {
  if (STANDARD_FUNCTIONS.includes(fn)) return fn.name;
  const owner = Object.entries(STANDARD_OBJECTS).find(([, object]) =>
    Object.getOwnPropertyDescriptor(object, fn.name)?.value === fn
  );
  return owner && `${owner[0]}.${fn.name}`;
}

function parses(source: string): boolean {
  try {
    new Function(`"use strict"; return (${source}\n);`);
    return true;
  } catch {
    return false;
  }
}
