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
  const source = Function.prototype.toString.call(fn);
  const name = fn.name === "" ? role : `${role} ${fn.name}`;
  if (/\{\s*\[native code\]\s*\}\s*$/.test(source)) {
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

function parses(source: string): boolean {
  try {
    new Function(`"use strict"; return (${source}\n);`);
    return true;
  } catch {
    return false;
  }
}
