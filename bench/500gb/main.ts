/**
 * The proof: text of any size through `manyhands lower - --output -`, from a source that needs no disk to a sink that
 * checks each byte and the SHA-256 of all. Writes a line for each second to a CSV file, and a plot of all runs.
 *
 *     node bench/500gb/main.ts --size 20G --runtime bun
 * @module
 */
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { commitOf, load, machine, versionOf } from "../frame/machine.ts";
import { benchFile, runtimes } from "../frame/runtimes.ts";
import { expectedBlock, sourceBlock } from "./block.ts";
import { type Line, lineChart } from "./line_chart.ts";
import { type PipelineRun, runPipeline, type Sample } from "./pipeline.ts";

const MEMORY_LIMIT = 200;
/** Seconds between two lines on the terminal. */
const LINE_SECONDS = 10;

const { values } = parseArgs({
  options: {
    size: { type: "string", multiple: true, default: ["20G"] },
    runtime: { type: "string", multiple: true, default: [] },
    record: { type: "string", default: benchFile("record") },
  },
});

/** Bytes of a size such as `20G`, in powers of ten as disks count. */
function bytesOf(size: string): number {
  const match = /^(\d+(?:\.\d+)?)([MGT])$/.exec(size);
  if (match === null) throw new RangeError(`Unknown size "${size}": expected one such as 500M, 20G or 1T`);
  return Number(match[1]) * { M: 1e6, G: 1e9, T: 1e12 }[match[2] as "M" | "G" | "T"];
}

function chosenRuntimes(): typeof runtimes {
  const unknown = values.runtime.find((name) => !runtimes.some((runtime) => runtime.name === name));
  if (unknown !== undefined) throw new RangeError(`Unknown runtime "${unknown}": expected node, deno or bun`);
  return values.runtime.length === 0 ? runtimes : runtimes.filter(({ name }) => values.runtime.includes(name));
}

function rates(samples: readonly Sample[]): [number, number][] {
  return samples.slice(1).map((sample, index): [number, number] => {
    // Over ten seconds: what is finished comes in steps.
    const from = samples[Math.max(0, index + 1 - 10)]!;
    return [sample.seconds, (sample.bytesIn - from.bytesIn) / 1e6 / (sample.seconds - from.seconds)];
  });
}

function csvLine({ seconds, bytesIn, mebibytes, peakMebibytes, cpuSeconds, load }: Sample): string {
  return `${seconds.toFixed(1)},${bytesIn},${mebibytes.toFixed(1)},${peakMebibytes.toFixed(1)},${
    cpuSeconds.toFixed(2)
  },${load}\r\n`;
}

function summary(label: string, { samples, wallSeconds, outcome }: PipelineRun, bytes: number): string {
  const { cpuSeconds, peakMebibytes } = samples.at(-1)!;
  return `${label}: ${bytes} bytes in ${wallSeconds.toFixed(1)} s (${(bytes / wallSeconds / 1e6).toFixed(0)} MB/s), ` +
    `CPU ${cpuSeconds.toFixed(1)} s (${(cpuSeconds / (bytes / 1e9)).toFixed(2)} s a GB), ` +
    `peak ${peakMebibytes.toFixed(0)} MiB; ${outcome.bytes} bytes out, as expected, SHA-256 ${outcome.sha256}`;
}

const block = sourceBlock();
const folder = mkdtempSync(join(tmpdir(), "manyhands-500gb-"));
mkdirSync(values.record, { recursive: true });
const date = new Date().toISOString();
const commit = commitOf(benchFile(".."));
const { cores, model, memoryGibibytes } = machine();
console.log(`${date}, commit ${commit}, ${cores} cores of ${model}, ${memoryGibibytes} GiB, load ${load()} before`);
const memory: Line[] = [];
const rate: Line[] = [];
try {
  writeFileSync(join(folder, "block"), block);
  writeFileSync(join(folder, "expected"), expectedBlock(block));
  for (const size of values.size) {
    for (const runtime of chosenRuntimes()) {
      const count = Math.ceil(bytesOf(size) / block.length);
      const bytes = count * block.length;
      const label = `${size} on ${runtime.name} ${/\d+\.\d+\.\d+/.exec(versionOf(runtime.command) ?? "")?.[0] ?? ""}`;
      const name = join(values.record, `500gb-${size}-${runtime.name}`);
      writeFileSync(`${name}.csv`, "seconds,bytes_in,rss_mib,peak_mib,cpu_seconds,load\r\n");
      let line = 0;
      rmSync(join(folder, "pid"), { force: true });
      const run = await runPipeline(runtime, folder, count, (sample) => {
        appendFileSync(`${name}.csv`, csvLine(sample));
        if (sample.seconds < (line + 1) * LINE_SECONDS) return;
        line = Math.floor(sample.seconds / LINE_SECONDS);
        console.log(
          `${label}: ${sample.seconds.toFixed(0)} s, ${(sample.bytesIn / 1e9).toFixed(1)} of ${
            (bytes / 1e9).toFixed(1)
          } GB, ${sample.mebibytes.toFixed(0)} MiB, load ${sample.load}`,
        );
      });
      appendFileSync(`${name}.csv`, csvLine(run.samples.at(-1)!));
      const text = summary(label, run, bytes);
      console.log(text);
      appendFileSync(
        join(values.record, "500gb.txt"),
        `${date}, commit ${commit}, ${cores} cores of ${model}\n${text}\n`,
      );
      memory.push({ label, points: run.samples.map(({ seconds, mebibytes }) => [seconds, mebibytes]) });
      rate.push({ label, points: rates(run.samples) });
      const chart = lineChart({
        title: "manyhands lower - --output -: memory held and text done",
        subtitle: `${date.slice(0, 10)}, commit ${commit}, ${cores} cores of ${model}`,
        across: "seconds",
        panels: [
          { title: "Memory of the whole process, MiB; the red line is the limit", lines: memory, mark: MEMORY_LIMIT },
          { title: "Text a second, MB, mean of ten seconds", lines: rate },
        ],
      });
      writeFileSync(join(values.record, "500gb.svg"), chart);
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
