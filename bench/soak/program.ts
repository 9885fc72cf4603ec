/**
 * The soak of one runtime: `program.ts MINUTES SEED CODE LEAK [FILE]`. Mixed load with random kills until the time is over; each result
 * is checked, and memory, threads and descriptors have to stay where they are. The last line says what came of it; `FILE` gets every
 * sample. `LEAK` bytes of each call are kept on purpose. Where `CODE` is `drop`, Bun drops its compiled code every few looks.
 */
import process from "node:process";
import { isMainProcess, Pool } from "manyhands";
import { collectGarbage } from "./collect_garbage.ts";
import { codeDropper, residentWithoutCode } from "./compiled_code.ts";
import { Leak } from "./leak.ts";
import { killChild, steps } from "./load.ts";
import { Looks } from "./looks.ts";
import { PROCESSES, THREADS } from "./pool_steps.ts";
import { Random } from "./random.ts";
import { findings } from "./report.ts";
import { SampleFile } from "./sample_file.ts";
import type { Tally } from "./step.ts";
import { childPids, openFiles, usage } from "./usage.ts";

/** Steps at a time. */
const LANES = 3;
/** Milliseconds after which a step counts as one that hangs; on a machine that is busy otherwise they are few. */
const STEP_MS = 600_000;
const SAMPLE_MS = 1000;
/** Rounds of kills from outside happen about once in so many samples. */
const OUTSIDE_KILLS = 5;
/** Answers of their pool between two of them, so that on a busy machine it gets on. */
const ANSWERS_A_KILL = 100;
/** Samples that a process has been in before it may be killed. */
const GROWN_SAMPLES = 4;

interface SoakOptions {
  readonly minutes: number;
  readonly seed: number;
  readonly dropsCode: boolean;
  readonly leak: Leak;
  readonly samplePath: string | undefined;
}

async function soak({ minutes, seed, dropsCode, leak, samplePath }: SoakOptions): Promise<boolean> {
  const random = new Random(seed);
  const tally: Tally = { calls: 0, lost: 0, kills: 0, late: 0 };
  const warm = new Pool(1);
  await warm.terminate();
  collectGarbage();
  const before = usage();
  const [filesBefore, looks] = [openFiles(), new Looks(Math.ceil(minutes * 60) + 60, before)];
  const pools = [new Pool({ processes: THREADS, retries: 0 }), new Pool({ processes: PROCESSES, context: "process" })];
  const began = performance.now();
  const end = began + minutes * 60_000;
  const lastPids: (readonly number[])[] = [];
  const file = samplePath === undefined ? undefined : new SampleFile(samplePath);
  let failure: unknown;
  let answersAtKill = 0;
  const dropCode = dropsCode ? codeDropper() : undefined;
  const sampler = setInterval(() => {
    leak.grow(tally.calls);
    collectGarbage();
    const now = usage();
    const at = (performance.now() - began) / 60_000;
    looks.add(at, now);
    file?.add(at, now, tally);
    dropCode?.();
    // Not while they come up: a pool whose workers cannot start is to say so.
    const pids = childPids();
    const grown = pids.filter((pid) => lastPids.at(-GROWN_SAMPLES)?.includes(pid));
    lastPids.push(pids);
    if (lastPids.length > GROWN_SAMPLES) lastPids.shift();
    const answers = pools[1]!.stats().completed;
    if (random.below(OUTSIDE_KILLS) === 0 && answers >= answersAtKill + ANSWERS_A_KILL) {
      answersAtKill = answers;
      killChild(random, grown, tally);
    }
  }, SAMPLE_MS);
  const lane = async (): Promise<void> => {
    while (performance.now() < end && failure === undefined) {
      const step = steps[random.below(steps.length)]!;
      let timer: ReturnType<typeof setTimeout> | undefined;
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(() => {
          const state = JSON.stringify({ step: step.name, pools: pools.map((pool) => pool.stats()) });
          reject(new Error(`A step hangs: ${state}`));
        }, STEP_MS);
      });
      await Promise.race([step(pools, random, tally), late]).catch((error) => failure ??= error);
      clearTimeout(timer);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  clearInterval(sampler);
  const ended = Promise.all(pools.map((pool) => pool.terminate()));
  await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, STEP_MS).unref())]);
  // What the pools held is given back a little after they have ended.
  let after = usage();
  for (let i = 0; i < 50 && (after.threads > before.threads || after.children > before.children); i++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    collectGarbage();
    after = usage();
  }
  const { lines, problems } = findings(looks.toArray(), before, after, tally);
  for (const line of lines) console.log(`  ${line}`);
  const withoutCode = await residentWithoutCode();
  if (withoutCode !== undefined) console.log(`  ${withoutCode} KiB when the main thread had dropped its compiled code`);
  const filesAfter = openFiles();
  const kinds = [...filesAfter].map(([kind, count]) => ({ kind, more: count - (filesBefore.get(kind) ?? 0) }));
  for (const { kind, more } of kinds) if (more > 0) console.log(`  left open: ${more} of ${kind}`);
  if (failure !== undefined) {
    problems.unshift(failure instanceof Error ? failure.stack ?? failure.message : String(failure));
  }
  for (const problem of problems) console.log(`  PROBLEM ${problem}`);
  return problems.length === 0;
}

if (isMainProcess) {
  const [minutes, seed, code, leak, samplePath] = process.argv.slice(2);
  const isClean = await soak({
    minutes: Number(minutes),
    seed: Number(seed),
    dropsCode: code === "drop",
    leak: new Leak(Number(leak)),
    samplePath,
  });
  process.exit(isClean ? 0 : 1);
}
