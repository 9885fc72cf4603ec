import type { Thread } from "./port.ts";

/** How the runtimes say that the system had no thread or no memory left for another one. */
const SHORTAGES = ["EAGAIN", "ENOMEM", "ERR_WORKER_INIT_FAILED"];
const BUN_SHORTAGE = "Failed to spawn worker thread";

/** Whether an error says that the system had no thread or no memory left for another one. */
export function isShortage(error: unknown): boolean {
  const { code, message } = (error ?? {}) as { code?: string; message?: string };
  return SHORTAGES.includes(code!) || message === BUN_SHORTAGE;
}

/** What `start` gives; where the system has no room for one more thread, one that ends at once with that reason. */
export function orUnstarted(start: () => Thread): Thread {
  try {
    return start();
  } catch (error) {
    if (!isShortage(error)) throw error;
    return {
      post: () => {},
      onMessage: () => {},
      onEnd: (listener) => queueMicrotask(() => listener({ code: 1, error, isUnstarted: true })),
      terminate: async () => {},
    };
  }
}
