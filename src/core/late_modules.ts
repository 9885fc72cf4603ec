/** What a value is made of is not loaded in this thread yet: `loadModules` and read or write it again. */
export class UnloadedError extends TypeError {
  override readonly name = "UnloadedError";

  constructor() {
    super("Cannot carry a value: the modules for it are not loaded yet");
  }
}

let load: (() => Promise<unknown>) | undefined;
let loading: Promise<void> | undefined;

/**
 * Says how this thread loads the modules that carry what few threads see: objects and instances of classes that can be
 * sent. To load them takes longer than all else that a thread does at its start.
 */
export function loadModulesBy(loader: () => Promise<unknown>): void {
  load = loader;
}

/** Nothing is left to be loaded. */
export function noteModulesLoaded(): void {
  load = undefined;
}

/** Whether `loadModules` has not been done in this thread. */
export function canLoadMore(): boolean {
  return load !== undefined;
}

/** Loads them, once. */
export function loadModules(): Promise<void> {
  if (load === undefined) return Promise.resolve();
  return loading ??= load().then(noteModulesLoaded);
}

/** What `run` gives, which may be called twice: where it finds that modules are missing, they are loaded in between. */
export function withModules<R>(run: () => R): R | Promise<R> {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof UnloadedError)) throw error;
    return loadModules().then(run);
  }
}
