import { type Context, getAllStartMethods, getContext, type StartMethod } from "../../mod.ts";

/** Contexts in which a behaviour is not there, and why. */
export type Skips = Partial<Record<StartMethod, string>>;

/** `test` of the file that declares; reports name the file in which it is called. */
export type Declare = (
  title: string,
  options: { readonly timeout: number } | { readonly skip: string },
  body: () => Promise<void>,
) => void;

/** `describe` of the file that declares. */
export type DeclareSuite = (title: string, body: () => void) => void;

/** A suite for each context. */
export function describeInEachContext(
  declare: DeclareSuite,
  title: string,
  body: (context: StartMethod) => void,
): void {
  for (const method of getAllStartMethods()) declare(`${title} [${method}]`, () => body(method));
}

/** Says of a behaviour that it is there in each context. */
export function inEachContext(declare: Declare, title: string, skip: Skips, body: (context: Context) => unknown): void {
  for (const method of getAllStartMethods()) {
    const reason = skip[method];
    const options = reason === undefined ? { timeout: 60_000 } : { skip: reason };
    declare(`${title} [${method}]`, options, async () => void await body(getContext(method)));
  }
}
