import { Pool, type PoolOptions, SharedArray, type TaskLike } from "../../../mod.ts";
import { markInPlace, markTask } from "../../../src/core/task_reference.ts";
import type { Cell } from "../cell.ts";
import type { Plan } from "../fixtures/commit.ts";
import { echo, fail, faultyKernel, giveTrap, initialize, takeTrap, type Way } from "../fixtures/targets.ts";
import { Trap } from "../fixtures/trap.ts";
import {
  CHILD_TASK_TIMEOUT_MS,
  type Finding,
  heardOf,
  LONG_TASK_TIMEOUT_MS,
  pause,
  type Scene,
  TASK_TIMEOUT_MS,
} from "../scene.ts";

type Subject = Cell["subject"];

/** Hands one item to the pool, in the way of the subject. */
async function submit(pool: Pool, subject: Subject, fn: TaskLike, item: unknown, timeout?: number): Promise<unknown> {
  const options = timeout === undefined ? {} : { timeout };
  if (subject === "apply") return await pool.apply(fn, [item] as never, options);
  if (subject === "map") return await pool.map(fn as never, [item] as never, options);
  const values: unknown[] = [];
  const items = [item] as never[];
  const results = subject === "imap"
    ? pool.imap(fn as never, items, options)
    : pool.imapUnordered(fn as never, items, options);
  for await (const value of results) values.push(value);
  return values;
}

async function mapInPlace(pool: Pool, kernel: unknown, content: unknown, timeout?: number): Promise<void> {
  const bytes = new TextEncoder().encode(JSON.stringify(content));
  const array = new SharedArray("B", bytes);
  const options = { chunksize: bytes.length, ...(timeout === undefined ? {} : { timeout }) };
  await pool.mapInPlace(kernel as typeof faultyKernel, array as never, options);
}

/** Puts the fault into a call, in one of the ways that a function has. */
function put(pool: Pool, { cell, plan }: Scene, way: Way): Promise<unknown> {
  if (cell.subject === "mapInPlace") return mapInPlace(pool, faultyKernel, [plan, way]);
  return submit(pool, cell.subject, fail as TaskLike, [plan, way]);
}

/** A call without a fault. */
function harmless(pool: Pool, { cell }: Scene, timeout?: number): Promise<unknown> {
  if (cell.subject === "mapInPlace") return mapInPlace(pool, faultyKernel, [null], timeout);
  return submit(pool, cell.subject, echo as TaskLike, 7, timeout);
}

function loadCall(pool: Pool, scene: Scene): Promise<unknown> {
  const module = scene.moduleAtLoad();
  if (scene.cell.subject !== "mapInPlace") {
    return submit(pool, scene.cell.subject, { module, export: "unreachable" } as TaskLike, 7);
  }
  const inPlace = markTask(() => {}, { url: module.href, name: "unreachable" });
  return mapInPlace(pool, markInPlace((array: Uint8Array) => array, inPlace), [null]);
}

function decodeCall(pool: Pool, { cell, plan }: Scene): Promise<unknown> {
  return submit(pool, cell.subject, takeTrap as TaskLike, new Trap(JSON.stringify(plan)));
}

/** Whether it is no fault that goes on and on. */
function endsWorker({ fault }: Plan): boolean {
  return fault !== "loop" && fault !== "wasm loop" && fault !== "SIGSTOP";
}

function timeoutOf({ plan, cell: { context } }: Scene): number {
  if (endsWorker(plan)) return LONG_TASK_TIMEOUT_MS;
  return context === "process" ? CHILD_TASK_TIMEOUT_MS : TASK_TIMEOUT_MS;
}

/** Faults of a pool's workers, in the five ways of handing it work. */
export async function playPool(scene: Scene): Promise<Finding> {
  const { moment, context } = scene.cell;
  const settings: PoolOptions = { processes: 1, taskTimeout: timeoutOf(scene), context };
  const pool = new Pool(
    moment === "initializer" ? { ...settings, initializer: initialize as TaskLike, initargs: [scene.plan] } : settings,
  );
  scene.state = () => pool.stats();
  try {
    const heard = await playMoment(pool, scene);
    const goesOn = pool.stats().state === "open" && moment !== "initializer";
    const next = goesOn ? await scene.step("the next call", heardOf(harmless(pool, scene))) : "answers";
    const { abandoned } = await endOf(pool, scene);
    return { heard, next: goesOn ? next : await onFreshPool(scene, settings), abandoned };
  } finally {
    scene.end();
    await pool.terminate();
  }
}

async function endOf(pool: Pool, scene: Scene): Promise<{ abandoned: number }> {
  await scene.step("terminate", pool.terminate());
  await scene.step("join", pool.join());
  const { alive, pending, abandoned } = pool.stats();
  if (alive !== 0 || pending !== 0) throw new Error(`After terminate: ${JSON.stringify(pool.stats())}`);
  return { abandoned };
}

async function onFreshPool(scene: Scene, settings: PoolOptions): Promise<string> {
  await using pool = new Pool(settings);
  return await scene.step("the call of a fresh pool", heardOf(harmless(pool, scene)));
}

async function loss(pool: Pool, scene: Scene): Promise<void> {
  while (pool.stats().lost === 0) await scene.step("the loss", pause());
}

/** What was heard of a call, once its worker is lost where the fault comes after the answer. */
async function andLoss(pool: Pool, scene: Scene, heard: Promise<string>): Promise<string> {
  const outcome = await heard;
  const { fault, moment } = scene.cell;
  const isAfter = fault === "timer error" || fault === "unhandled rejection" ||
    (fault === "reject later" && moment === "encode");
  if (isAfter && scene.cell.context !== "inline") await loss(pool, scene);
  return outcome;
}

async function playMoment(pool: Pool, scene: Scene): Promise<string> {
  const { subject, moment } = scene.cell;
  const heard = (call: Promise<unknown>): Promise<string> => scene.step(`the answer of ${subject}`, heardOf(call));
  switch (moment) {
    case "load":
      return await heard(loadCall(pool, scene));
    case "initializer":
      if (endsWorker(scene.plan)) return await heard(harmless(pool, scene));
      await scene.put();
      return await heard(harmless(pool, scene, timeoutOf(scene)));
    case "decode":
      return await andLoss(pool, scene, heard(decodeCall(pool, scene)));
    case "running":
      return await heard(put(pool, scene, "now"));
    case "encode":
      return await andLoss(pool, scene, heard(submit(pool, subject, giveTrap as TaskLike, scene.plan)));
    case "idle": {
      await scene.step("the call before", put(pool, scene, "left behind"));
      scene.go();
      await scene.put();
      if (endsWorker(scene.plan)) await loss(pool, scene);
      return await heard(harmless(pool, scene));
    }
    case "close": {
      const call = heardOf(put(pool, scene, "gated"));
      await Promise.race([scene.reached(), call]);
      pool.close();
      scene.go();
      const outcome = await scene.step(`the answer of ${subject}`, call);
      await scene.step("join after close", pool.join());
      return outcome;
    }
    case "terminate": {
      const call = heardOf(put(pool, scene, scene.cell.context === "inline" ? "gated" : "held"));
      await Promise.race([scene.reached(), call]);
      const terminated = pool.terminate();
      scene.go();
      if (scene.cell.context !== "inline") scene.holdUntilPut();
      const outcome = await scene.step(`the answer of ${subject}`, call);
      await scene.step("terminate", terminated);
      return outcome;
    }
  }
}
