/** No workers: each call is a limiter of promises on the caller's thread. */
import pMap from "p-map";
import { measure } from "../dispatch/measure.ts";

await measure(() => ({
  call: async (x) => (await pMap([x], (one) => 2 * one, { concurrency: 1 }))[0],
  stop: () => {},
}));
