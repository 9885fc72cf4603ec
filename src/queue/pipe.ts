import { encodePassingBytes } from "../channel/byte_codec.ts";
import { ClosedError, EndOfStreamError, TimeoutError } from "../core/errors.ts";
import { journeyNumber } from "../core/journey.ts";
import type { Readiness } from "../core/waitable.ts";
import { registerWire } from "../core/wire.ts";
import { allocateZeroed, blockSerial, free, freeIf } from "../memory/allocator.ts";
import { typedView } from "../memory/linear_memory.ts";
import { claimOwner } from "../memory/lock_owner.ts";
import { ownerDeathBell } from "../memory/owner_deaths.ts";
import { type Look, waitAsync, type WaitOptions, waitSync } from "../sync/word_wait.ts";
import { lendConnections } from "./borrowed_connection.ts";
import { Connection } from "./connection.ts";
import { areAbandoned, Handles, tableOf } from "./handles.ts";
import { listPipe, takePipe, unlistPipe } from "./pipe_list.ts";
import { NOTHING, SharedFifo, valueOf } from "./shared_fifo.ts";

/** A pipe is three cache lines: what goes to end 0, what goes to end 1, and who has handles with the list of pipes. */
const LINE_WORDS = 16;
const LINE_BYTES = LINE_WORDS * 4;
const BYTES = 3 * LINE_BYTES;
const HANDLES = 2 * LINE_WORDS;

/** Messages that may lie unread before a sender waits. */
const LONGEST_BACKLOG = 1 << 14;
/** Bytes that may lie unread before a sender waits; a message that comes before is let in whole, however long it is. */
const LARGEST_BACKLOG_BYTES = 1 << 20;

interface Place {
  readonly byteOffset: number;
  readonly serial: number;
  readonly end: number;
}

/** How an end crosses to another process: where the pipe lies, which end it is, and which ways it goes. */
type WireEnd = readonly [
  byteOffset: number,
  serial: number,
  end: number,
  journey: number,
  readable: boolean,
  writable: boolean,
];

const dropped: FinalizationRegistry<Place> = new FinalizationRegistry((place) => {
  if (blockSerial(place.byteOffset) === place.serial) new PipeMemory(place.byteOffset, place.serial).leave(place.end);
});

/** The memory of one pipe, as this thread sees it. */
class PipeMemory {
  readonly byteOffset: number;
  readonly serial: number;
  readonly words: Int32Array;
  readonly handles: Handles;
  /** What goes to end 0, and to end 1. */
  readonly ways: readonly [SharedFifo, SharedFifo];

  constructor(byteOffset: number, serial: number) {
    this.byteOffset = byteOffset;
    this.serial = serial;
    this.words = typedView(Int32Array, byteOffset, BYTES / 4);
    this.handles = new Handles(this.words, HANDLES);
    this.ways = [new SharedFifo(this.words, 0), new SharedFifo(this.words, LINE_WORDS)];
  }

  static create(): PipeMemory {
    const byteOffset = allocateZeroed(BYTES, LINE_BYTES);
    return new PipeMemory(byteOffset, blockSerial(byteOffset));
  }

  /** Gives up a handle of this thread's to an end; after the last one of all the memory is freed. */
  leave(end: number): void {
    if (!this.handles.remove(end, () => unlistPipe(this.byteOffset))) {
      for (const way of this.ways) way.exclusively(() => way.ringAll());
      return;
    }
    this.release();
  }

  /** Frees what it takes without its handles. */
  release(): void {
    SharedFifo.release(this.words, 0);
    SharedFifo.release(this.words, LINE_WORDS);
    freeIf(this.byteOffset, this.serial);
  }
}

/** Milliseconds between two looks for abandoned pipes while no thread dies. */
const LOOK_MS = 10_000;
let deathsSeen = 0;
let lastLook = 0;

/** Frees the pipes whose handles were those of threads that have ended, or were lost on their way. */
function releaseAbandoned(): void {
  const { words: bellWords, index } = ownerDeathBell();
  const deaths = Atomics.load(bellWords, index);
  const now = performance.now();
  if (deaths === deathsSeen && now - lastLook < LOOK_MS) return;
  deathsSeen = deaths;
  lastLook = now;
  for (;;) {
    let table = 0;
    const byteOffset = takePipe((words, pipe) => {
      if (!areAbandoned(words, pipe + HANDLES)) return false;
      table = tableOf(words, pipe + HANDLES);
      return true;
    });
    if (byteOffset === undefined) return;
    free(table);
    new PipeMemory(byteOffset, blockSerial(byteOffset)).release();
  }
}

let encodeEnd: (value: PipeConnection) => WireEnd;

/** One end of a pipe in the shared linear memory. */
class PipeConnection extends Connection {
  readonly #memory: PipeMemory;
  readonly #end: number;
  readonly #incoming: SharedFifo;
  readonly #outgoing: SharedFifo;
  #isClosed = false;

  constructor(memory: PipeMemory, end: number, readable: boolean, writable: boolean) {
    super(readable, writable);
    this.#memory = memory;
    this.#end = end;
    this.#incoming = memory.ways[end]!;
    this.#outgoing = memory.ways[1 - end]!;
    dropped.register(this, { byteOffset: memory.byteOffset, serial: memory.serial, end }, this);
  }

  override get closed(): boolean {
    return this.#isClosed;
  }

  override close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    dropped.unregister(this);
    this.#memory.leave(this.#end);
  }

  override async send(value: unknown, options?: WaitOptions): Promise<void> {
    this.checkWritable();
    await this.sendFrame(encodePassingBytes(value, "message"), options);
  }

  override sendSync(value: unknown, timeout?: number): void {
    this.checkWritable();
    this.sendFrameSync(encodePassingBytes(value, "message"), timeout);
  }

  override async recv(options?: WaitOptions): Promise<unknown> {
    this.checkReadable();
    options?.signal?.throwIfAborted();
    const slot: Slot = { message: NOTHING };
    const look = (): number | undefined => this.#lookForValue(slot);
    const came = look() === undefined || await this.#wait(this.#incoming.putBell, look, options);
    if (!came) throw nothingCame(options?.timeout);
    return valueOf(slot.message);
  }

  override recvSync(timeout?: number): unknown {
    this.checkReadable();
    const slot: Slot = { message: NOTHING };
    const look = (): number | undefined => this.#lookForValue(slot);
    if (!waitSync(this.#memory.words, this.#incoming.putBell, look, timeout)) throw nothingCame(timeout);
    return valueOf(slot.message);
  }

  protected override async sendFrame(bytes: Uint8Array, options?: WaitOptions): Promise<void> {
    options?.signal?.throwIfAborted();
    if (this.#lookToSend(bytes) === undefined) return;
    const kept = bytes.slice();
    const look = (): number | undefined => this.#lookToSend(kept);
    if (await this.#wait(this.#outgoing.takeBell, look, options)) return;
    throw noRoom(options?.timeout);
  }

  protected override sendFrameSync(bytes: Uint8Array, timeout?: number): void {
    if (this.#lookToSend(bytes) === undefined) return;
    const kept = bytes.slice();
    const look = (): number | undefined => this.#lookToSend(kept);
    if (!waitSync(this.#memory.words, this.#outgoing.takeBell, look, timeout)) throw noRoom(timeout);
  }

  protected override async recvFrame(options?: WaitOptions): Promise<Uint8Array<ArrayBuffer>> {
    const slot: ByteSlot = { bytes: undefined };
    const look = (): number | undefined => this.#lookForBytes(slot);
    if (!await this.#wait(this.#incoming.putBell, look, options)) {
      throw nothingCame(options?.timeout);
    }
    return slot.bytes!;
  }

  protected override recvFrameSync(timeout?: number): Uint8Array<ArrayBuffer> {
    const slot: ByteSlot = { bytes: undefined };
    const look = (): number | undefined => this.#lookForBytes(slot);
    if (!waitSync(this.#memory.words, this.#incoming.putBell, look, timeout)) throw nothingCame(timeout);
    return slot.bytes!;
  }

  protected override pollFrame(options: WaitOptions): Promise<boolean> {
    return this.#wait(this.#incoming.putBell, () => this.#lookWhetherReady(), options);
  }

  protected override pollFrameSync(timeout: number): boolean {
    return waitSync(this.#memory.words, this.#incoming.putBell, () => this.#lookWhetherReady(), timeout);
  }

  protected override readiness(): Readiness {
    return {
      isReady: () => this.#isClosed || this.#incoming.count > 0 || !this.#memory.handles.isOpen(1 - this.#end),
      whenReady: async (signal) => {
        const look = (): number | undefined => this.#isClosed ? undefined : this.#lookWhetherReady();
        await this.#wait(this.#incoming.putBell, look, { signal });
      },
    };
  }

  #wait(bell: number, look: Look, options: WaitOptions | undefined): Promise<boolean> {
    const lookAgainIn = (): number => this.#memory.handles.journeyLeft(1 - this.#end) || Infinity;
    return waitAsync(this.#memory.words, bell, look, { ...options, lookAgainIn });
  }

  #lookToSend(bytes: Uint8Array): number | undefined {
    this.checkWritable();
    const outgoing = this.#outgoing;
    return outgoing.exclusively(() => {
      if (!this.#memory.handles.isOpen(1 - this.#end)) {
        throw new ClosedError("Cannot send: the other end of the connection is closed");
      }
      if (outgoing.count >= LONGEST_BACKLOG || outgoing.bytes >= LARGEST_BACKLOG_BYTES) return outgoing.wantRoom();
      outgoing.put(bytes);
      return undefined;
    });
  }

  #lookForValue(slot: Slot): number | undefined {
    this.checkReadable();
    return this.#incoming.exclusively(() => {
      slot.message = this.#incoming.take();
      return slot.message === NOTHING ? this.#wantMessage() : undefined;
    });
  }

  #lookForBytes(slot: ByteSlot): number | undefined {
    this.checkReadable();
    return this.#incoming.exclusively(() => {
      slot.bytes = this.#incoming.takeBytes();
      return slot.bytes === undefined ? this.#wantMessage() : undefined;
    });
  }

  #lookWhetherReady(): number | undefined {
    this.checkReadable();
    return this.#incoming.exclusively(() => {
      if (this.#incoming.count > 0 || !this.#memory.handles.isOpen(1 - this.#end)) return undefined;
      return this.#incoming.wantMessage();
    });
  }

  #wantMessage(): number {
    if (this.#memory.handles.isOpen(1 - this.#end)) return this.#incoming.wantMessage();
    throw new EndOfStreamError("The other end of the connection is closed, and there is no message left");
  }

  static #encode(value: PipeConnection): WireEnd {
    if (value.#isClosed) throw new ClosedError("Cannot send a Connection that is closed");
    const { byteOffset, serial, handles } = value.#memory;
    const journey = journeyNumber(claimOwner);
    handles.depart(value.#end, journey);
    return [byteOffset, serial, value.#end, journey, value.readable, value.writable];
  }

  static {
    encodeEnd = PipeConnection.#encode;
  }
}

registerWire<PipeConnection, WireEnd>({
  tag: "Connection",
  scope: "tree",
  class: PipeConnection,
  encode: (value) => encodeEnd(value),
  decode: ([byteOffset, serial, end, journey, readable, writable]) => {
    if (blockSerial(byteOffset) !== serial) throw new ClosedError("Received a Connection that nobody keeps open");
    const memory = new PipeMemory(byteOffset, serial);
    memory.handles.arrive(end, journey);
    return new PipeConnection(memory, end, readable, writable);
  },
});
lendConnections();

/**
 * Makes two connections that belong together: what one sends, the other receives. Python: `multiprocessing.Pipe`. With
 * `duplex` false the first only receives and the second only sends.
 *
 * An end that is sent to a process, in its arguments or through a queue or another pipe, becomes a second handle to the
 * same end. Who receives finds the end of the stream once all handles to the other end are closed, by `close`, as garbage
 * or with their process. So close those that you gave away and do not use. A handle that is still on its way to a
 * `Process` or to a task of a pool keeps its end open for as long as it can arrive; one in a queue, another pipe or the
 * `initargs` of a pool for 10 seconds.
 *
 * A sender waits while a MiB or 16384 messages lie unread.
 *
 * @throws {OutOfMemoryError} if the linear memory has no room.
 *
 * @example
 * ```ts
 * import { Pipe } from "@manyhands/manyhands";
 *
 * const [reader, writer] = Pipe(false);
 * await writer.send("one");
 * writer.close();
 * console.log(await reader.recv()); // one
 * console.log(await reader.recv().catch((error) => error.code)); // ERR_END_OF_STREAM
 * reader.close();
 * ```
 */
export function Pipe(duplex: boolean = true): [Connection, Connection] {
  releaseAbandoned();
  const memory = PipeMemory.create();
  memory.handles.add(0);
  memory.handles.add(1);
  listPipe(memory.byteOffset);
  return [new PipeConnection(memory, 0, true, duplex), new PipeConnection(memory, 1, duplex, true)];
}

interface Slot {
  message: unknown;
}

interface ByteSlot {
  bytes: Uint8Array<ArrayBuffer> | undefined;
}

function nothingCame(timeout: number | undefined): TimeoutError {
  return new TimeoutError(`No message came within ${timeout} ms`);
}

function noRoom(timeout: number | undefined): TimeoutError {
  return new TimeoutError(`The connection had no room for a message within ${timeout} ms`);
}
