import { MainGuardError } from "../core/errors.ts";
import { isMainProcess } from "../runtime/current.ts";

let loading: string | undefined;

/** Runs `load`, which loads the module at `url` into this worker; until it is done no process may be started here. */
export async function whileLoading<T>(url: string, load: () => Promise<T>): Promise<T> {
  // What the main program loads, for a process on its own thread, starts nothing a second time.
  if (isMainProcess) return await load();
  loading = url;
  try {
    return await load();
  } finally {
    loading = undefined;
  }
}

/**
 * Refuses to start processes while a module is being loaded in a worker: the module would start them again in each.
 *
 * @throws {MainGuardError} while a module is being loaded
 */
export function assertMayStart(what: string): void {
  if (loading === undefined) return;
  throw new MainGuardError(
    `Cannot start ${what} while a worker loads ${loading}: the module starts it at import, so each worker would start ` +
      `its own. Put that code behind if (isMainProcess) { … }`,
  );
}
