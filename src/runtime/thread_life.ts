import process from "node:process";
import { setInterval } from "node:timers";
import { LONGEST_TIMER_MS } from "../core/deadline.ts";
import type { ThreadScope } from "./port.ts";

/** How a started thread fails and ends, however it was started. */
export const threadLife: Pick<ThreadScope, "onFatal" | "onExit" | "exit"> = {
  onFatal: (report) => {
    const exit = (): void => process.exit(1);
    const die = (error: unknown): void => {
      const reporting = report(error);
      if (reporting === undefined) return exit();
      // What a report waits for need not hold the thread by itself.
      setInterval(() => {}, LONGEST_TIMER_MS);
      reporting.then(exit, exit);
    };
    process.on("uncaughtException", die);
    process.on("unhandledRejection", die);
  },
  onExit: (listener) => void process.on("exit", listener),
  exit: (code) => process.exit(code),
};
