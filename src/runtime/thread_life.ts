import { LONGEST_TIMER_MS } from "../core/deadline.ts";
import { builtin } from "./builtin.ts";
import { process } from "./host_process.ts";
import type { ThreadScope } from "./port.ts";

const timers = builtin<typeof import("node:timers")>("node:timers");

/** How a started thread fails and ends, however it was started. */
export const threadLife: Pick<ThreadScope, "onFatal" | "onExit" | "exit"> = {
  onFatal: (report) => {
    const exit = (): void => endThread(1);
    const die = (error: unknown): void => {
      if (isEnding) return;
      const reporting = report(error);
      if (reporting === undefined) return exit();
      // What a report waits for need not hold the thread by itself.
      timers().setInterval(() => {}, LONGEST_TIMER_MS);
      reporting.then(exit, exit);
    };
    // Also where the program's own code ends the thread.
    process.on("exit", () => isEnding = true);
    process.on("uncaughtException", die);
    process.on("unhandledRejection", die);
  },
  onExit: (listener) => void process.on("exit", listener),
  exit: endThread,
};

let isEnding = false;
let isFirstTurn = false;

/**
 * Call it while this thread's module is evaluated: an end before the event loop has turned once then waits for that. Of
 * a thread that ends earlier Deno keeps two descriptors, its `eventpoll` and an `eventfd`.
 */
export function beginFirstTurn(): void {
  isFirstTurn = true;
  timers().setImmediate(() => isFirstTurn = false);
}

/** Ends this thread, once: a thread of Deno that is to end for a second time while it does never ends. */
function endThread(code: number): void {
  if (isEnding) return;
  isEnding = true;
  if (isFirstTurn) timers().setImmediate(() => process.exit(code));
  else process.exit(code);
}
