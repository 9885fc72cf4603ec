import type { Cell } from "./cell.ts";
import type { Arrival } from "./fixtures/marks.ts";
import { describeError, type Finding, Scene } from "./scene.ts";
import { playManager } from "./subjects/manager_subject.ts";
import { playPool } from "./subjects/pool_subject.ts";
import { playProcess } from "./subjects/process_subject.ts";
import { playText } from "./subjects/text_subject.ts";

/** Milliseconds that a cell has; then it hangs. */
const DEADLINE_MS = 30_000;

/** What a cell came to: a finding and the faults that came, or why there is none. */
export type Played = { readonly finding: Finding; readonly arrivals: readonly Arrival[] } | {
  readonly problem: string;
};

/** Plays a cell. A hang is a problem that tells what was waited for; `onStep` is called with all that is. */
export async function play(cell: Cell, onStep: (name: string) => void): Promise<Played> {
  const scene = new Scene(cell, onStep);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const hung = new Promise<Played>((resolve) => {
    timer = setTimeout(() => {
      resolve({ problem: `hung for ${DEADLINE_MS} ms, waiting for ${scene.pending}: ${shown(scene.state())}` });
    }, DEADLINE_MS);
  });
  const played = playSubject(scene).then(
    async (finding): Promise<Played> => ({ finding, arrivals: await scene.arrivals() }),
    (error): Played => ({ problem: `failed while waiting for ${scene.pending}: ${textOf(error)}` }),
  );
  const result = await Promise.race([played, hung]);
  clearTimeout(timer);
  scene.end();
  return result;
}

function playSubject(scene: Scene): Promise<Finding> {
  switch (scene.cell.subject) {
    case "Process":
    case "queue peer":
    case "lock holder":
      return playProcess(scene);
    case "manager":
      return playManager(scene);
    case "text":
      return playText(scene);
    default:
      return playPool(scene);
  }
}

function shown(state: unknown): string {
  return typeof state === "string" ? state : JSON.stringify(state) ?? "no more is known";
}

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? "" : `\ncaused by ${textOf(error.cause)}`;
  return `${describeError(error)}: ${error.message}\n${error.stack}${cause}`;
}
