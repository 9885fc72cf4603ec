import { settlesWithin } from "../core/deadline.ts";
import { UnsupportedError } from "../core/errors.ts";
import { isMainProcess, runtime } from "../runtime/current.ts";
import { ownIdentity } from "./process_identity.ts";

/** What a process does before it ends. */
export type ExitHook = () => unknown;

/** Milliseconds that all hooks of a process together get. */
const LIMIT_MS = 1000;

let hooks: ExitHook[] = [];

/**
 * Has `hook` called before this process ends: after its target has returned or thrown, or when its pool lets it go. Hooks
 * are called last one first, each after the one before has settled; a hook that throws is reported on standard error and
 * does not stop the others. All together get 1000 ms, after which the process ends. `join` of the process resolves after them.
 *
 * `process.exit` and uncaught errors of callbacks end a thread at once: then hooks are called, but not waited for.
 * `terminate` and `kill` call none. Python: `atexit.register`, `multiprocessing.util.Finalize`.
 *
 * @returns a function that takes the hook back
 * @throws {TypeError} where the hook is no function
 * @throws {UnsupportedError} in the main process, whose end is its runtime's: use `process.on("exit")` there
 *
 * @example
 * ```ts
 * import { isMainProcess, onExit, Process } from "@manyhands/manyhands";
 *
 * if (isMainProcess) {
 *   const child = new Process({ target: () => {} });
 *   child.start();
 *   await child.join();
 * } else {
 *   onExit(() => console.log("the child ends"));
 * }
 * ```
 */
export function onExit(hook: ExitHook): () => void {
  if (typeof hook !== "function") throw new TypeError(`Cannot call an exit hook: expected a function, found ${hook}`);
  if (isMainProcess) {
    throw new UnsupportedError('Cannot add an exit hook to the main process: use process.on("exit") of its runtime');
  }
  // A function of its own, so that one hook can be added twice and taken back once.
  const entry: ExitHook = () => hook();
  hooks.push(entry);
  return () => void (hooks = hooks.filter((other) => other !== entry));
}

/** Calls the hooks, and resolves when they have settled or their time is over. */
export async function runExitHooks(): Promise<void> {
  const deadline = performance.now() + LIMIT_MS;
  for (let hook = hooks.pop(); hook !== undefined; hook = hooks.pop()) {
    const running = call(hook);
    if (!await settlesWithin(running, Math.max(0, deadline - performance.now()))) {
      runtime.writeError(`${ownIdentity().name} ends before its exit hooks have: they got ${LIMIT_MS} ms\n`);
      return;
    }
  }
}

/** Calls the hooks that were not called yet, without waiting for what they begin. */
export function runExitHooksNow(): void {
  for (let hook = hooks.pop(); hook !== undefined; hook = hooks.pop()) void call(hook);
}

async function call(hook: ExitHook): Promise<void> {
  try {
    await hook();
  } catch (error) {
    runtime.writeError(`Error in an exit hook of ${ownIdentity().name}: ${runtime.inspect(error)}\n`);
  }
}
