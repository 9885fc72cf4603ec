/** Contestants of the measures that only this project is asked, in their order. */
export const series: Readonly<{ [measure in "tasks" | "cost" | "workers" | "idle"]: readonly string[] }> = {
  tasks: ["manyhands, sync task", "manyhands, async task"],
  cost: [1, 2, 3, 4, 5, 6, 7].map((power) => `manyhands, ${(10 ** power).toLocaleString("en")} tasks`),
  workers: [1, 2, 4, 8, 16, 32, 64].map((workers) => `manyhands, ${workers} ${workers === 1 ? "worker" : "workers"}`),
  idle: ["manyhands"],
};
