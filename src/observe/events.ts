/** What a listener is told of a process. */
export interface ProcessEvent {
  /** Name of the process. */
  readonly name: string;
  /** Number that no other process of the tree has. */
  readonly ident: number;
}

/** How a process ended. */
export interface ProcessEndEvent extends ProcessEvent {
  /** As its `exitCode`. */
  readonly exitCode: number;
  /** As its `error`. */
  readonly error: unknown;
}

/** What a listener is told of a pool's worker. */
export interface WorkerEvent {
  /** Name of the pool. */
  readonly pool: string;
  /** Name of the worker. */
  readonly worker: string;
}

/** How a pool's worker ended. */
export interface WorkerEndEvent extends WorkerEvent {
  /** Exit code of the worker. */
  readonly exitCode: number;
  /** The uncaught error that ended it, or `undefined`. */
  readonly error: unknown;
}

/** One line of the log. */
export interface LogRecord {
  /** How grave it is. */
  readonly level: "debug" | "info" | "warning" | "error";
  /** What was logged. */
  readonly message: string;
  /** Name of the process that logs. */
  readonly process: string;
  /** File that logs, where its stack tells. */
  readonly file: string | undefined;
}

/** The channels of `node:diagnostics_channel`, and what is published there. */
export interface EventMap {
  /** A `Process` was started by this one. */
  "manyhands:process:start": ProcessEvent;
  /** A `Process` that this one started has ended. */
  "manyhands:process:end": ProcessEndEvent;
  /** A pool of this process has started a worker. */
  "manyhands:worker:start": WorkerEvent;
  /** A worker has ended as its pool asked it to. */
  "manyhands:worker:end": WorkerEndEvent;
  /** A worker has ended otherwise. */
  "manyhands:worker:lost": WorkerEndEvent;
  /** The logger of this process was given something to tell. */
  "manyhands:log": LogRecord;
}

/** One of the runtime's channels. */
export interface Channel {
  readonly hasSubscribers: boolean;
  publish(message: unknown): void;
}

let open: ((name: string) => Channel) | undefined;
const channels: Map<string, Channel> = new Map();

/** Says where events go. */
export function adoptChannels(openChannel: (name: string) => Channel): void {
  open = openChannel;
}

/** Whether anybody listens to a channel. */
export function isObserved(name: keyof EventMap): boolean {
  return channelOf(name)?.hasSubscribers === true;
}

/** Publishes what `describe` makes, where somebody listens; where nobody does, that is not even made. */
export function emit<K extends keyof EventMap>(name: K, describe: () => EventMap[K]): void {
  const channel = channelOf(name);
  if (channel?.hasSubscribers === true) channel.publish(describe());
}

function channelOf(name: string): Channel | undefined {
  let channel = channels.get(name);
  if (channel === undefined && open !== undefined) channels.set(name, channel = open(name));
  return channel;
}
