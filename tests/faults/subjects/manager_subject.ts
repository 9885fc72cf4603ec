import type { BaseManager, TaskLike } from "../../../mod.ts";
import { type Finding, heardOf, LONG_TASK_TIMEOUT_MS, pause, type Scene, TASK_TIMEOUT_MS } from "../scene.ts";
import { FaultyManager, managerOf } from "../fixtures/faulty_objects.ts";
import { initialize, type Way } from "../fixtures/targets.ts";
import { Trap } from "../fixtures/trap.ts";

/** Milliseconds after which a server that does not answer is ended. */
const SHUTDOWN_MS = 300;

/** Faults of a manager's server. */
export async function playManager(scene: Scene): Promise<Finding> {
  const { moment, context } = scene.cell;
  const options = { context, shutdownTimeout: SHUTDOWN_MS };
  const manager = moment === "load" ? new (managerOf(scene.moduleAtLoad()))(options) : new FaultyManager(options);
  scene.state = () => String(manager.serverProcess);
  try {
    const heard = await playMoment(scene, manager);
    scene.end();
    await scene.step("shutdown", manager.shutdown());
    return { heard, next: await scene.step("a fresh manager", freshAnswer(options)), abandoned: 0 };
  } finally {
    scene.end();
    await manager.shutdown();
  }
}

async function freshAnswer(options: object): Promise<string> {
  await using manager = await new FaultyManager(options).start();
  return await heardOf((await manager.create("Faulty")).call("echo", [7]));
}

async function playMoment(scene: Scene, manager: BaseManager): Promise<string> {
  const { plan, cell: { moment } } = scene;
  const heard = (call: Promise<unknown>): Promise<string> => scene.step("the answer of the manager", heardOf(call));
  if (moment === "initializer") {
    const starting = manager.start(initialize as TaskLike, [plan] as never);
    return await heard(endless(scene) ? endServer(scene, manager, starting) : starting);
  }
  if (moment === "load") {
    const starting = manager.start();
    if (endless(scene)) return await heard(endServer(scene, manager, starting.then(() => manager.create("Faulty"))));
    return await heard(starting.then(() => manager.create("Faulty")));
  }
  await scene.step("the start of the manager", manager.start());
  const object = await scene.step("its object", manager.create("Faulty"));
  const limits = { signal: AbortSignal.timeout(endless(scene) ? TASK_TIMEOUT_MS : LONG_TASK_TIMEOUT_MS) };
  const put = (way: Way): Promise<unknown> => object.call("put", [plan, way], limits);
  switch (moment) {
    case "decode":
      return await andEnd(scene, manager, heard(object.call("take", [new Trap(JSON.stringify(plan))], limits)));
    case "encode":
      return await andEnd(scene, manager, heard(object.call("give", [plan], limits)));
    case "idle":
      await scene.step("the call before", put("left behind"));
      scene.go();
      await scene.put();
      while (!endless(scene) && manager.serverProcess!.isAlive()) await scene.step("the server's end", pause());
      return await heard(object.call("echo", [7], limits));
    case "running":
      return await heard(put("now"));
    default: {
      const call = heardOf(put("held"));
      await scene.reached();
      const ended = moment === "close" ? manager.shutdown() : void manager.serverProcess!.terminate();
      scene.go();
      scene.holdUntilPut();
      const outcome = await scene.step("the answer of the manager", call);
      await scene.step("shutdown", Promise.resolve(ended));
      return outcome;
    }
  }
}

function endless({ cell: { fault } }: Scene): boolean {
  return fault === "loop" || fault === "wasm loop" || fault === "SIGSTOP";
}

/** What was heard of a call, once the server has ended where the fault comes after the answer. */
async function andEnd(scene: Scene, manager: BaseManager, heard: Promise<string>): Promise<string> {
  const outcome = await heard;
  const { fault } = scene.cell;
  const isAfter = fault === "timer error" || fault === "unhandled rejection";
  while (isAfter && manager.serverProcess!.isAlive()) await scene.step("the server's end", pause());
  return outcome;
}

/** A server that never comes up is ended by who started it. */
async function endServer<R>(scene: Scene, manager: BaseManager, starting: Promise<R>): Promise<R> {
  await scene.put();
  manager.serverProcess!.terminate();
  return await starting;
}
