import { ManyhandsError } from "../core/errors.ts";
import { adoptProcessOwners, claimOwner } from "../memory/lock_owner.ts";
import { recordOwnerDeath } from "../memory/owner_deaths.ts";
import { adoptLogSettings, type LogSettings, logSettings } from "../observe/logger.ts";
import { runtime } from "../runtime/current.ts";
import type { AsyncLocal } from "../runtime/port.ts";

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
  /** How many share the program's cores with it: as many as share them with its host, for each of the workers beside it. */
  readonly sharing: number;
  /** What it logs, as its host does. */
  readonly log: LogSettings;
}

// Threads are numbered above every number that an operating system gives to a process, each of its processes apart.
const FIRST_IDENT = 2 ** 32;
const IDENTS_PER_PROCESS = 2 ** 20;

const main: ProcessIdentity = { name: "MainProcess", pid: runtime.pid, ident: runtime.pid, daemon: false };

/** Who a process is, and how many children it has had. */
interface IdentityState {
  readonly own: ProcessIdentity;
  readonly parent: ProcessIdentity | undefined;
  readonly path: readonly number[];
  readonly sharing: number;
  children: number;
}

let state: IdentityState = { own: main, parent: undefined, path: [], sharing: 1, children: 0 };
let counter: SharedArrayBuffer | undefined;
/** Who the processes on this thread are that share it with the one which started them; made for the first of them. */
let inline: AsyncLocal<IdentityState | undefined> | undefined;

function current(): IdentityState {
  return inline?.get() ?? state;
}

/** Tells this worker who it is. */
export function adoptIdentity(init: IdentityInit): void {
  state = { ...init, children: 0 };
  counter = init.counter;
  adoptLogSettings(init.log);
}

/** Runs `run`, and what it leads to, as a process of its own on this thread. */
export function runAs<T>(init: IdentityInit, run: () => T): T {
  inline ??= runtime.asyncLocal<IdentityState | undefined>();
  adoptProcessOwners(ownerOfInline);
  return inline.run({ ...init, children: 0 }, run);
}

/** Whether the process that runs now shares its thread with the one that started it. */
export function isInline(): boolean {
  return inline?.get() !== undefined;
}

const endings: WeakMap<ProcessIdentity, Set<(isForced: boolean) => void>> = new WeakMap();

/** Calls `listener` at the end of the process that runs now, where it shares its thread; it is told whether that is by force. */
export function onInlineEnd(listener: (isForced: boolean) => void): void {
  const here = inline?.get();
  if (here === undefined) return;
  let listeners = endings.get(here.own);
  if (listeners === undefined) endings.set(here.own, listeners = new Set());
  listeners.add(listener);
}

const owners: WeakMap<ProcessIdentity, number> = new WeakMap();
const ended: WeakSet<ProcessIdentity> = new WeakSet();

/** The number by which the process that runs now owns locks, where it shares its thread. */
function ownerOfInline(): number {
  const own = inline?.get()?.own;
  if (own === undefined) return 0;
  if (ended.has(own)) {
    throw new ManyhandsError("ERR_STOPPED", `${own.name} has ended: the locks that it shared are out of its reach`);
  }
  let owner = owners.get(own);
  if (owner === undefined) owners.set(own, owner = claimOwner());
  return owner;
}

/** Says that a process which shares its thread has ended: what it holds is abandoned. */
export function endInline(own: ProcessIdentity, isForced: boolean): void {
  ended.add(own);
  recordOwnerDeath(owners.get(own) ?? 0, true);
  for (const listener of endings.get(own) ?? []) listener(isForced);
  endings.delete(own);
}

/** Lets others run something as the process that runs now. */
export function bindIdentity(): <R>(run: () => R) => R {
  const here = inline?.get();
  return (run) => inline === undefined ? run() : inline.run(here, run);
}

/** Who this process is. */
export function ownIdentity(): ProcessIdentity {
  return current().own;
}

/** Who started this process; `undefined` in the main one. */
export function parentIdentity(): ProcessIdentity | undefined {
  return current().parent;
}

/** The next child's path in the tree, from which its default name is made. */
export function nextChildPath(): readonly number[] {
  const here = current();
  return [...here.path, ++here.children];
}

/** Cores that this process may count on, at least 1: those of the program, shared with the workers beside it. */
export function ownCores(): number {
  return Math.max(1, Math.floor(runtime.cores() / current().sharing));
}

/**
 * What to tell a worker that is about to be started, of `beside` that share this process's cores. One without a
 * `childPath` is named by its own number instead. How many cores there are is not asked here: the files that tell it
 * would be read before the first thread is started.
 *
 * @throws {RangeError} where the environment limits the cores by what is no number
 */
export function identityFor(
  name: string,
  daemon: boolean,
  { childPath, beside = 1 }: { readonly childPath?: readonly number[]; readonly beside?: number } = {},
): IdentityInit {
  runtime.assertCoreLimit();
  counter ??= new SharedArrayBuffer(4);
  const serial = Atomics.add(new Int32Array(counter), 0, 1) + 1;
  const child: ProcessIdentity = {
    name,
    pid: runtime.pid,
    ident: FIRST_IDENT + runtime.pid * IDENTS_PER_PROCESS + serial,
    daemon,
  };
  return {
    own: child,
    parent: current().own,
    path: childPath ?? [...current().path, serial],
    counter,
    sharing: current().sharing * beside,
    log: logSettings(),
  };
}
