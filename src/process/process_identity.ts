import { adoptLogSettings, type LogSettings, logSettings } from "../observe/logger.ts";
import { runtime } from "../runtime/current.ts";

/** How a process of the tree is known to the others. */
export interface ProcessIdentity {
  /** `"MainProcess"`, `"Process-1"`, `"Pool-1-worker-1"` or what was given. */
  readonly name: string;
  /** Number of the operating system's process, which its threads share. */
  readonly pid: number;
  /** Number that no other process of the tree has. */
  readonly ident: number;
  /** Whether it leaves the end of the program alone. Workers of pools are daemons. */
  readonly daemon: boolean;
}

/** What a host tells a worker of who it is. */
export interface IdentityInit {
  readonly own: ProcessIdentity;
  readonly parent: ProcessIdentity;
  /** Numbers in the names of the processes above and of this one: `[1, 2]` names children `Process-1:2:1` and so on. */
  readonly path: readonly number[];
  /** One word: how many workers the tree has had. */
  readonly counter: SharedArrayBuffer;
  /** What it logs, as its host does. */
  readonly log: LogSettings;
}

// Threads are numbered above every number that an operating system gives to a process, each of its processes apart.
const FIRST_IDENT = 2 ** 32;
const IDENTS_PER_PROCESS = 2 ** 20;

const main: ProcessIdentity = { name: "MainProcess", pid: runtime.pid, ident: runtime.pid, daemon: false };

let own: ProcessIdentity = main;
let parent: ProcessIdentity | undefined;
let path: readonly number[] = [];
let counter: SharedArrayBuffer | undefined;
let children = 0;

/** Tells this worker who it is. */
export function adoptIdentity(init: IdentityInit): void {
  ({ own, parent, path, counter } = init);
  adoptLogSettings(init.log);
}

/** Who this process is. */
export function ownIdentity(): ProcessIdentity {
  return own;
}

/** Who started this process; `undefined` in the main one. */
export function parentIdentity(): ProcessIdentity | undefined {
  return parent;
}

/** The next child's path in the tree, from which its default name is made. */
export function nextChildPath(): readonly number[] {
  return [...path, ++children];
}

/** What to tell a worker that is about to be started. One without a `childPath` is named by its own number instead. */
export function identityFor(name: string, daemon: boolean, childPath?: readonly number[]): IdentityInit {
  counter ??= new SharedArrayBuffer(4);
  const serial = Atomics.add(new Int32Array(counter), 0, 1) + 1;
  const child: ProcessIdentity = {
    name,
    pid: runtime.pid,
    ident: FIRST_IDENT + runtime.pid * IDENTS_PER_PROCESS + serial,
    daemon,
  };
  return { own: child, parent: own, path: childPath ?? [...path, serial], counter, log: logSettings() };
}
