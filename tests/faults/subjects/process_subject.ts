import { type Acquirable, type AcquirableProxy, Lock, Manager, OwnerDiedError, Process, Queue } from "../../../mod.ts";
import { describeError, type Finding, heardOf, pause, type Scene } from "../scene.ts";
import {
  echo,
  fail,
  holdLock,
  putOne,
  putTrap,
  takeFromQueue,
  takeTrap,
  usePeer,
  type Way,
} from "../fixtures/targets.ts";
import { Trap } from "../fixtures/trap.ts";

type Target = (...args: never[]) => unknown;

/** Milliseconds of a wait for what must not come. */
const IN_VAIN_MS = 30;

/** What goes with a process, and what becomes of it. */
interface Companion {
  /** The target that puts the fault, with its arguments. */
  call(way: Way): [target: unknown, args: unknown[]];
  /** Called when the process has ended: what is heard of the companion. */
  after(): Promise<string>;
  /** Uses the companion once more. */
  next(): Promise<string>;
}

const nothing: (scene: Scene) => Companion = ({ plan, cell }) => ({
  call: (way) => [fail, [[plan, way]]],
  after: () => Promise.resolve(""),
  next: () => runOnce(cell.context, echo as Target, [7]),
});

function queueOf(scene: Scene): Companion {
  const { plan, cell: { context } } = scene;
  const queue = new Queue<unknown>();
  return {
    call: (way) => [usePeer, [queue, plan, way]],
    async after() {
      const got: unknown[] = [];
      for (;;) {
        try {
          got.push(await queue.get({ timeout: IN_VAIN_MS }));
        } catch (error) {
          return `${got.join(" ")} then ${describeError(error)}`.trim();
        }
      }
    },
    async next() {
      const end = await runOnce(context, putOne as Target, [queue, "next"]);
      return end === "answers" && await queue.get() === "next" ? end : `the queue after ${end}`;
    },
  };
}

function lockOf(lock: Acquirable | AcquirableProxy, scene: Scene): Companion {
  const recoverable = lock as { recover?(): unknown };
  return {
    call: (way) => [holdLock, [lock, scene.plan, way]],
    after: () =>
      heardOf((async () => {
        const guard = await lock.acquire({ timeout: 10_000 });
        if (guard === undefined) throw new RangeError("held for ever");
        await guard.release();
      })()),
    async next() {
      await recoverable.recover?.();
      const guard = await lock.acquire({ timeout: 10_000 });
      await guard?.release();
      return guard === undefined ? "held for ever" : "answers";
    },
  };
}

async function runOnce(context: Scene["cell"]["context"], target: Target, args: unknown[]): Promise<string> {
  const child = new Process({ target, args: args as never[], context });
  child.start();
  await child.join();
  return child.exitCode === 0 ? "answers" : endOf(child as never);
}

function endOf({ exitReason, exitCode }: Process): string {
  return `${exitReason} ${exitCode}`;
}

/** Faults of a `Process`, alone or with what it shares. */
export async function playProcess(scene: Scene): Promise<Finding> {
  const { subject, context } = scene.cell;
  if (subject === "Process") return await play(scene, nothing(scene));
  if (subject === "queue peer") return await play(scene, queueOf(scene));
  if (context !== "process") return await play(scene, lockOf(new Lock(), scene));
  await using manager = await Manager();
  return await play(scene, lockOf(await manager.Lock(), scene));
}

async function play(scene: Scene, companion: Companion): Promise<Finding> {
  const { moment, context, subject } = scene.cell;
  const [target, args] = await callOf(scene, companion);
  const child = new Process({ target: target as Target, args: args as never[], context });
  scene.state = () => String(child);
  try {
    child.start();
    if (moment === "idle") scene.go();
    if (moment === "close" || moment === "terminate") {
      await scene.reached();
      if (moment === "terminate") child.terminate();
      else {
        try {
          child.close();
        } catch (error) {
          if (describeError(error) !== "ERR_PROCESS_RUNNING") throw error;
        }
      }
      scene.go();
      if (moment === "terminate" && context !== "inline") scene.holdUntilPut();
    }
    if (isEndless(scene)) {
      await scene.put();
      while (!child.isAlive() && child.exitCode === null) await pause();
      child.terminate();
    }
    await scene.step(`join of ${subject}`, child.join());
    // What it left behind is the program's own fault, and ends it.
    while (moment === "idle" && context === "inline") await scene.step("the end of the program", pause());
    const about = await scene.step(`what ${subject} leaves`, companion.after());
    const next = await scene.step("the next process", companion.next());
    return { heard: about === "" ? endOf(child as never) : `${endOf(child as never)}, ${about}`, next, abandoned: 0 };
  } finally {
    scene.end();
    if (child.isAlive()) child.kill();
  }
}

/** Faults that do not end a process: its starter does. */
function isEndless({ cell: { fault } }: Scene): boolean {
  return fault === "loop" || fault === "wasm loop" || fault === "SIGSTOP";
}

async function callOf(scene: Scene, companion: Companion): Promise<[target: unknown, args: unknown[]]> {
  const { plan, cell: { moment, subject, context } } = scene;
  switch (moment) {
    case "load":
      return [{ module: scene.moduleAtLoad(), export: "unreachable" }, []];
    case "decode": {
      const trap = new Trap(JSON.stringify(plan));
      if (subject === "Process") return [takeTrap, [trap]];
      const queue = new Queue<unknown>();
      await queue.put(trap);
      return [takeFromQueue, [queue]];
    }
    case "encode": {
      const [, [queue]] = companion.call("now");
      return [putTrap, [queue, plan]];
    }
    case "idle":
      return companion.call("left behind");
    case "running":
      return companion.call("now");
    default:
      return companion.call(moment === "terminate" && context !== "inline" ? "held" : "gated");
  }
}

/** What an acquirer hears where the owner has died. */
export const poisoned: string = OwnerDiedError.name;
