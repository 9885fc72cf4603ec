import { median, run } from "./contestants.ts";
import type { DispatchFigures } from "./dispatch/measure.ts";
import { benchFile, type RuntimeCommand } from "./runtimes.ts";

const contestants = ["raw_post_message", "piscina", "manyhands"];

/** Tiny tasks in two workers, beside a bare `postMessage` pool and piscina: processes of their own, in turns. */
export async function dispatchSection({ name, command, args }: RuntimeCommand, rounds: number): Promise<void> {
  const figures = new Map<string, DispatchFigures[]>(contestants.map((contestant) => [contestant, []]));
  for (let round = 0; round < rounds; round++) {
    for (const contestant of contestants) {
      const { stdout } = await run(command, [...args, benchFile(`./dispatch/${contestant}.ts`)]);
      figures.get(contestant)!.push(JSON.parse(stdout) as DispatchFigures);
    }
  }
  const middle = (contestant: string, key: keyof DispatchFigures): number =>
    median(figures.get(contestant)!.map((each) => each[key]));
  const raw = contestants[0]!;
  console.log(`\nTiny tasks on ${name}, 2 workers, median of ${rounds} runs (ratio to raw postMessage)`);
  console.table(Object.fromEntries(contestants.map((contestant) => {
    const rate = (key: "inFlight64" | "allAtOnce"): string =>
      `${Math.round(middle(contestant, key) / 1000)} k/s (${(middle(contestant, key) / middle(raw, key)).toFixed(2)})`;
    return [contestant, {
      "64 in flight": rate("inFlight64"),
      "20,000 at once": rate("allAtOnce"),
      "round trip": `${middle(contestant, "roundTripMicroseconds").toFixed(1)} µs`,
      "first result": `${middle(contestant, "firstResultMilliseconds").toFixed(0)} ms`,
    }];
  })));
}
