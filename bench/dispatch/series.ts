/** The measure of a pool's start, which has processes of its own. */
export type StartMeasure = "first";

/** Measures of what a task costs by the number of tasks. */
export type CostMeasure = "cost" | "costRing" | "costPromises";

/** Measures that compare a contestant with itself. */
export type SelfMeasure = "tasks" | CostMeasure | "workers" | "idle";

/** Their contestants, in their order. */
export const series: Readonly<Record<SelfMeasure, readonly string[]>> = {
  tasks: ["manyhands, sync task", "manyhands, async task"],
  cost: costs("manyhands"),
  costRing: costs("raw shared ring"),
  costPromises: costs("promises, no workers"),
  workers: [1, 2, 4, 8, 16, 32, 64].map((workers) => `manyhands, ${workers} ${workers === 1 ? "worker" : "workers"}`),
  idle: ["manyhands"],
};

function costs(contestant: string): readonly string[] {
  return [1, 2, 3, 4, 5, 6, 7].map((power) => `${contestant}, ${(10 ** power).toLocaleString("en")} tasks`);
}
