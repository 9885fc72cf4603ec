/** The pool of this project with two workers. */
import { isMainProcess, Pool } from "manyhands";
import { measure } from "./measure.ts";

const double = { module: new URL("./double.mjs", import.meta.url), export: "double" };

if (isMainProcess) {
  await measure(() => {
    const pool = new Pool(2);
    return { call: (x) => pool.apply<[number], number>(double, [x]), stop: () => pool.terminate() };
  });
}
