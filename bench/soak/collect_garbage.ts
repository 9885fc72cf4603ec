interface Collector {
  gc?: () => void;
  Bun?: { gc(force: boolean): void };
}

/** Collects all garbage of this thread, where the runtime was told to let programs do so. */
export function collectGarbage(): void {
  const { gc, Bun } = globalThis as Collector;
  gc?.();
  Bun?.gc(true);
}
