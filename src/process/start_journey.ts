import { beginJourney, endJourney } from "../core/journey.ts";
import { recordOwnerDeath } from "../memory/owner_deaths.ts";
import type { WorkerHandle } from "./worker_handle.ts";

/** Starts a worker with what `encode` gives: handles in that are on their way until they arrive or the worker has ended. */
export function startJourney<T>(encode: () => T, start: (call: T) => WorkerHandle): WorkerHandle {
  let journey = 0;
  beginJourney();
  try {
    const call = encode();
    journey = endJourney();
    const handle = start(call);
    if (journey !== 0) void handle.ended.then(() => recordOwnerDeath(journey));
    return handle;
  } catch (error) {
    recordOwnerDeath(journey || endJourney());
    throw error;
  }
}
