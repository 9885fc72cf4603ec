import { test } from "node:test";
import { type Context, getAllStartMethods, getContext, type StartMethod } from "../../mod.ts";

/** Contexts in which a behaviour is not there, and why. */
export type Skips = Partial<Record<StartMethod, string>>;

/** Says of a behaviour that it is there in each context. */
export function inEachContext(title: string, skip: Skips, body: (context: Context) => unknown): void {
  for (const method of getAllStartMethods()) {
    const reason = skip[method];
    const options = reason === undefined ? { timeout: 60_000 } : { skip: reason };
    test(`${title} [${method}]`, options, async () => void await body(getContext(method)));
  }
}
