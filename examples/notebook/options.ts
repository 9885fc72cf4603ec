import { parseArgs } from "node:util";

/**
 * Length of one of the notebook's seconds, in milliseconds: 1000, or less with an option such as `--scale 0.02`.
 *
 * @throws {RangeError} if the scale is not a number above 0.
 */
export function secondFromArguments(): number {
  const { scale } = parseArgs({ options: { scale: { type: "string", default: "1" } } }).values;
  if (!(Number(scale) > 0)) throw new RangeError(`--scale must be a number above 0, got ${scale}`);
  return 1000 * Number(scale);
}
