import { ringBytes } from "./ring.ts";

/**
 * The shared memory between a host and one of its workers.
 *
 * ```text
 * | control words: 128 B | ring host -> worker | ring worker -> host |
 * ```
 */
export const ControlWord = {
  /** Host sets 1 and notifies: end as soon as the running call returns. Kernels look at it between slices. */
  Stop: 0,
  /** Worker: one of `WorkerState`. */
  State: 1,
  /** Worker: 1 while it sleeps; its doorbell. */
  WorkerAsleep: 2,
  /** Host sets 1 when it waits for room in the ring to the worker; the worker rings the host's bell and sets 0. */
  TaskSpaceWanted: 3,
  /** Worker sets 1 when it waits for room in the ring to the host; the host rings the worker's bell and sets 0. */
  ResultSpaceWanted: 4,
  /** Worker: nanoseconds that its frames lately took, on average. */
  FrameCost: 5,
  /** Worker: its number in the heap's lock, so that its host can free the heap should the worker die in there. */
  HeapOwner: 6,
  /** Host sets 1 to interrupt the call; the worker's waits then end once. Values of `Interrupt`. */
  Interrupt: 7,
  /** Host sets 1 and notifies when the worker has ended, for the worker's own children to know. */
  Ended: 8,
  /**
   * Host sets 1 before it ends the thread by force. One that goes on nevertheless touches nothing any more that it
   * shares, and does not exit by itself, which spins for ever on Deno.
   */
  Forced: 9,
  /** Host: which task is told to end by its signal, as `abortOf` has it; the worker's signals wait for a change. */
  AbortedTask: 10,
  /** Worker: KiB of memory that it has, where its host asked for that. */
  Memory: 11,
} as const;

/** Words of the memory that a host shares with all its workers. */
export const HostWord = {
  /** Host: 1 while it sleeps; its doorbell. */
  Asleep: 0,
  /** Workers: how many of them are awake. */
  AwakeWorkers: 1,
} as const;

/** Bytes of that memory. */
export const HOST_BYTES = 8;

/** What a worker says of itself. */
export const WorkerState = { Starting: 0, Ready: 1, Stopped: 2 } as const;

const CONTROL_BYTES = 128;

/** Where the parts of a link lie. */
export interface LinkLayout {
  readonly buffer: SharedArrayBuffer;
  readonly capacity: number;
}

/** Bytes of each ring's data: large enough that small tasks never wait for room, small enough for a core's cache. */
export const RING_CAPACITY = 262_144;

/** New shared memory for a link. */
export function createLink(capacity: number = RING_CAPACITY): LinkLayout {
  return { buffer: new SharedArrayBuffer(CONTROL_BYTES + 2 * ringBytes(capacity)), capacity };
}

/** Offset of the ring from the host to the worker. */
export function taskRingOffset(_link: LinkLayout): number {
  return CONTROL_BYTES;
}

/** Offset of the ring from the worker to the host. */
export function resultRingOffset(link: LinkLayout): number {
  return CONTROL_BYTES + ringBytes(link.capacity);
}
