/** What a run of `npm test` is to do. */
export interface Selection {
  /** Names of steps, in the order in which they run. */
  readonly steps: readonly string[];
  /** Files and folders of tests; an empty list stands for all. */
  readonly paths: readonly string[];
}

/**
 * Reads the arguments of `npm test`: names of steps and paths of tests, in any order. Paths alone select all runtimes
 * and no checks.
 *
 * @throws RangeError for an argument that is neither
 */
export function select(
  args: readonly string[],
  checks: readonly string[],
  runtimes: readonly string[],
  isTestPath: (path: string) => boolean,
): Selection {
  const names = args.filter((arg) => checks.includes(arg) || runtimes.includes(arg));
  const paths = args.filter((arg) => !names.includes(arg)).map((path) => path.replace(/^\.\//, "").replace(/\/+$/, ""));
  for (const path of paths) {
    if (!isTestPath(path)) {
      const known = [...checks, ...runtimes].join(", ");
      throw new RangeError(`Unknown argument "${path}": expected a test file, a folder with tests, or one of ${known}`);
    }
  }
  if (names.length > 0) {
    const selected = [...checks, ...runtimes].filter((name) => names.includes(name));
    const isWithoutRuntime = !selected.some((name) => runtimes.includes(name));
    return { steps: paths.length > 0 && isWithoutRuntime ? [...selected, ...runtimes] : selected, paths };
  }
  return { steps: paths.length > 0 ? runtimes : [...checks, ...runtimes], paths };
}
