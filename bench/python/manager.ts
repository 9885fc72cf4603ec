/** One key of a manager's dictionary, set again and again. */
import { isMainProcess, Manager } from "manyhands";
import { expectSame, printMedian } from "./passes.ts";

const TIMES = 10_000;

if (isMainProcess) {
  const manager = await Manager();
  const values = await manager.dict();
  await printMedian("µs", TIMES, async () => {
    for (let i = 0; i < TIMES; i++) await values.set("key", i);
  });
  expectSame(await values.get("key"), TIMES - 1);
  await manager.shutdown();
}
