import { assertCompression } from "../runtime/compression.ts";
import { batchBytes, batchShare } from "./batch_run.ts";
import type { RunIdentity } from "./checkpoint_records.ts";
import { chunkCount } from "./chunk_plan.ts";
import { openCommonOutput } from "./common_output.ts";
import { KernelWatch } from "./kernel_watch.ts";
import type { TextReport } from "./report.ts";
import { type CheckpointSystem, RunCheckpoint } from "./run_checkpoint.ts";
import { RunMemory } from "./run_memory.ts";
import type { RunnerPool } from "./task_runner.ts";
import type { TextSettings } from "./text_options.ts";
import { planText, type TextPlan } from "./text_plan.ts";
import { TextRun } from "./text_run.ts";

/** Milliseconds that a stopped run waits for its workers to leave their chunks, before it ends them. */
const STOP_DEADLINE = 500;

/**
 * Makes the pool of a run: so many workers. `isFree`: the program's own thread hands out tasks and does nothing else for
 * the run, since all that is read and written are files that are not compressed.
 */
export type StartPool = (processes: number, isFree: boolean) => RunnerPool;

/**
 * Plans a run over texts and does it on the pool that `startPool` makes.
 *
 * @param identityOf what must be the same in a run that resumes
 */
export async function runText(
  settings: TextSettings,
  identityOf: (settings: TextSettings, plan: TextPlan) => RunIdentity,
  startPool: StartPool,
  system?: CheckpointSystem,
): Promise<TextReport> {
  settings.signal?.throwIfAborted();
  const began = performance.now();
  const place = typeof settings.output === "string" && settings.output !== "-"
    ? { path: settings.output, concat: settings.concat }
    : "writer";
  const plan = await planText(settings.input, place, settings.compression, settings.signal);
  plan.compressions.forEach(assertCompression);
  const processes = Math.max(1, Math.min(settings.processes, taskCount(plan, settings.chunkBytes, settings.processes)));
  const output = plan.common === undefined ? await openCommonOutput(settings.output, plan.device) : undefined;
  let run: TextRun | undefined;
  let spared = 0;
  const checkpoint = settings.checkpoint
    ? await RunCheckpoint.open(settings, plan, identityOf(settings, plan), (error) => run?.stop(error), system)
    : undefined;
  try {
    const memory = new RunMemory(settings, processes, plan.hasStreams, checkpoint?.id);
    const crew = startPool(processes, place !== "writer" && needsWorkersOnly(plan));
    const watch = settings.kernel && new KernelWatch(crew, memory.slots, settings.kernel.timeout);
    const pool = watch ?? crew;
    run = new TextRun(plan, settings, pool, memory, output?.sink, checkpoint);
    watch?.begin((error) => run!.stop(error));
    await runToEnd(run, pool, memory, settings.signal);
    spared = crew.spared ?? 0;
    if (watch?.late !== undefined) throw watch.late;
    if (checkpoint?.failure !== undefined) throw checkpoint.failure;
    if (run.counts.filesFailed === 0) await checkpoint?.finish();
    if (run.outputLost !== undefined && !run.outputLost.closed) {
      const { cause } = run.outputLost;
      throw output === undefined ? cause : output.error(cause);
    }
  } catch (error) {
    await output?.close().catch(() => {});
    throw error;
  } finally {
    await checkpoint?.close();
  }
  await output?.close();
  const { files, bytesIn, bytesOut, bytesResumed, filesFailed, failed } = run.counts;
  const seconds = (performance.now() - began) / 1000;
  const outputClosed = run.outputLost !== undefined;
  const used = processes - spared;
  return { files, bytesIn, bytesOut, bytesResumed, seconds, processes: used, filesFailed, failed, outputClosed };
}

/** Whether texts go from file to file, and none of them through this thread or a compressor. */
function needsWorkersOnly({ hasStreams, compressions, device, common }: TextPlan): boolean {
  return !hasStreams && compressions.size === 0 && device === undefined && common?.compression === undefined;
}

/** Tasks that the sources come to, or, where these are more than `enough`, some number above that. */
function taskCount(plan: TextPlan, chunkBytes: number, enough: number): number {
  let tasks = 0;
  for (const source of plan.sources) {
    if (tasks > enough) break;
    if (source.kind === "stream") return Infinity;
    const chunks = chunkCount(source.size, chunkBytes);
    if (chunks > 1 || source.compress !== undefined) tasks += chunks;
    else tasks += batchShare(source.size, source.target === undefined ? batchBytes(chunkBytes) : undefined);
  }
  return Math.ceil(tasks);
}

/** Runs to the end or, when `signal` is aborted, until nothing of the run is left; then throws the signal's reason. */
async function runToEnd(
  run: TextRun,
  pool: RunnerPool,
  memory: RunMemory,
  signal: AbortSignal | undefined,
): Promise<void> {
  const abort = () => run.stop(signal?.reason);
  signal?.addEventListener("abort", abort, { once: true });
  // It may have been while the run was prepared.
  if (signal?.aborted) abort();
  let overdue: ReturnType<typeof setTimeout> | undefined;
  let settled = false;
  const work = run.run().finally(() => settled = true);
  const patience = new Promise<void>((resolve) => {
    run.onStop(() => overdue = setTimeout(resolve, STOP_DEADLINE));
  });
  try {
    await Promise.race([work, patience]);
  } catch (error) {
    // A worker may be lost while the run is being stopped.
    signal?.throwIfAborted();
    throw error;
  } finally {
    run.stop(undefined);
    clearTimeout(overdue);
    signal?.removeEventListener("abort", abort);
    run.abandonFiles();
    // A worker that is still in its slot keeps it: memory given back would be someone else's.
    const isLeft = settled;
    await pool.terminate();
    if (isLeft) memory.free();
  }
  signal?.throwIfAborted();
}
