import { parseArgs } from "node:util";
import { setStartMethod, type StartMethod } from "../../mod.ts";

interface Options {
  readonly scale: string;
  readonly context: string;
}

function options(): Options {
  return parseArgs({
    options: { scale: { type: "string", default: "1" }, context: { type: "string", default: "worker" } },
  }).values;
}

/**
 * Length of one of the notebook's seconds, in milliseconds: 1000, or less with an option such as `--scale 0.02`.
 *
 * @throws {RangeError} if the scale is not a number above 0.
 */
export function secondFromArguments(): number {
  const { scale } = options();
  if (!(Number(scale) > 0)) throw new RangeError(`--scale must be a number above 0, got ${scale}`);
  return 1000 * Number(scale);
}

/** How the cell's processes are started: as threads, or with an option such as `--context process` otherwise. */
export function contextFromArguments(): void {
  setStartMethod(options().context as StartMethod, true);
}
