import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Crew } from "../../../src/text/crew.ts";
import { lowercaseWith } from "../../../src/text/lowercase.ts";
import { lowercase, type LowercaseOptions, type TextReport } from "../../../src/text/mod.ts";
import { commit } from "../fixtures/commit.ts";
import type { Way } from "../fixtures/targets.ts";
import { describeError, type Finding, type Scene } from "../scene.ts";

/** Faults of a text run: in its workers, or in the input, the output and the callbacks that its caller gives. */
export async function playText(scene: Scene): Promise<Finding> {
  const { folder } = scene.plan;
  const input = join(folder, "input");
  mkdirSync(input);
  writeFileSync(join(input, "a.txt"), "AÉ Σ");
  const output = join(folder, "output");
  try {
    const heard = await scene.step("the report of the run", heardOfRun(scene, { input, output, processes: 1 }));
    const left = readdirSync(folder, { recursive: true }).map(String).filter((path) => /\.(part|tmp)|~$/.test(path));
    if (left.length > 0) throw new Error(`Incomplete outputs are left: ${left.join(", ")}`);
    const report = await scene.step("the next run", lowercase({ input, output: join(folder, "next"), processes: 1 }));
    const text = readFileSync(join(folder, "next", "a.txt"), "utf8");
    return { heard, next: report.failed.length === 0 && text === "aé σ" ? "answers" : text, abandoned: 0 };
  } finally {
    scene.end();
  }
}

async function heardOfRun(scene: Scene, options: LowercaseOptions): Promise<string> {
  try {
    const report = await runWith(scene, options);
    return report.failed.length === 0 ? "answers" : `failed: ${describeError(report.failed[0]!.error)}`;
  } catch (error) {
    return describeError(error);
  }
}

function runWith(scene: Scene, options: LowercaseOptions): Promise<TextReport> {
  const { plan, cell: { moment } } = scene;
  switch (moment) {
    case "decode":
      return lowercase({ ...options, input: faultyInput(scene), output: join(plan.folder, "one.txt") });
    case "encode":
      return lowercase({ ...options, output: { write: () => commit(plan, "encode") as Promise<void> } });
    case "load":
      return withCrew(scene, scene.moduleAtLoad(), options);
    default: {
      const way: Way = moment === "running" ? "now" : "held";
      return withCrew(scene, crewModule(scene, way), options);
    }
  }
}

// deno-lint-ignore require-yield
async function* faultyInput({ plan }: Scene): AsyncGenerator<Uint8Array> {
  await commit(plan, "decode");
}

function crewModule({ plan }: Scene, way: Way): URL {
  const path = join(plan.folder, "crew.mjs");
  const from = new URL("../fixtures/faulty_crew.ts", import.meta.url).href;
  const call = `serveWith(${JSON.stringify(plan)}, ${JSON.stringify(way)});`;
  writeFileSync(path, `import { serveWith } from ${JSON.stringify(from)};\n${call}\n`);
  return pathToFileURL(path);
}

/** A run whose workers load another module. One that does not end, or is to be stopped, is stopped by its signal. */
async function withCrew(scene: Scene, entry: URL, options: LowercaseOptions): Promise<TextReport> {
  const stop = new AbortController();
  const run = lowercaseWith((processes) => new Crew(processes, { entry }), { ...options, signal: stop.signal });
  const { fault, moment } = scene.cell;
  const isEndless = fault === "loop" || fault === "wasm loop";
  if (moment === "terminate") {
    await Promise.race([scene.reached(), run.catch(() => {})]);
    // A busy thread is ended at once: what it does in that time it does before this one hears of it.
    scene.go();
    scene.holdUntilPut();
  } else if (isEndless) await Promise.race([scene.put(), run.catch(() => {})]);
  if (moment === "terminate" || isEndless) stop.abort(new DOMException("Stopped by the cell", "AbortError"));
  return await run;
}
