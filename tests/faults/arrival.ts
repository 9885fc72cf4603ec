import type { Cell } from "./cell.ts";
import type { Arrival, Site } from "./fixtures/marks.ts";

type Place = "the program" | "a thread" | "a process";

/**
 * What is wrong with how the fault of a cell came to the program `pid`: where it did not, what the cell found says nothing;
 * nor where it came from another place or moment than the cell is about.
 */
export function arrivalProblem(cell: Cell, arrivals: readonly Arrival[], pid: number): string | undefined {
  if (arrivals.length === 0) return "the fault did not come";
  const [site, place] = [siteOf(cell), placeOf(cell)];
  // Another worker may be started, which loads and initializes once more; and what is encoded is looked at before.
  const isOnce = site !== "initializer" && site !== "load" && site !== "encode";
  if (isOnce && arrivals.length > 1) return `the fault came ${arrivals.length} times: the call was made more than once`;
  for (const arrival of arrivals) {
    const found = arrival.isProgram ? "the program" : arrival.pid === pid ? "a thread" : "a process";
    if (arrival.site !== site) return `the fault came in ${arrival.site}, expected it in ${site}`;
    if (found !== place) return `the fault came in ${found}, expected it in ${place}`;
  }
  return undefined;
}

function siteOf({ moment }: Cell): Site {
  return moment === "close" || moment === "terminate" ? "gate" : moment;
}

function placeOf({ subject, moment, context }: Cell): Place {
  const isOfCaller = subject === "text" && (moment === "decode" || moment === "encode");
  if (isOfCaller || context === "inline") return "the program";
  return context === "worker" ? "a thread" : "a process";
}
