import { allocate, free, heapOwner } from "../memory/allocator.ts";
import { typedView } from "../memory/linear_memory.ts";
import { isOwnerDead } from "../memory/owner_deaths.ts";
import { Mutex } from "../sync/mutex.ts";

/** Words of a handle: the next one, the thread that has it or `ON_ITS_WAY`, its side, and until when it is on its way. */
const NEXT = 0;
const OWNER = 1;
const SIDE = 2;
const DEADLINE = 3;
const HANDLE_BYTES = 16;

const ON_ITS_WAY = 0;
/** Seconds after which a handle that was sent and has not arrived is taken for lost. */
const JOURNEY_SECONDS = 30;

/** Which end of a pipe. */
export type Side = 0 | 1;

/**
 * The handles on both ends of a pipe, in a list in the shared memory: one for each `Connection` object that any process
 * has, and for each that is on its way to one. An end is open while it has a handle whose process lives.
 */
export class PipeHandles {
  readonly #words: Int32Array;
  readonly #first: number;
  readonly #mutex: Mutex;

  /** `words[first]` is the first handle, the word after it the mutex. */
  constructor(words: Int32Array, first: number) {
    this.#words = words;
    this.#first = first;
    this.#mutex = new Mutex(words, first + 1);
  }

  /** A handle of this thread. */
  add(side: Side): number {
    return this.#add(side, heapOwner());
  }

  /** A handle that is on its way to another process. */
  depart(side: Side): number {
    return this.#add(side, ON_ITS_WAY);
  }

  #add(side: Side, owner: number): number {
    const handle = allocate(HANDLE_BYTES);
    this.#exclusively(() => {
      handleAt(handle).set([this.#words[this.#first]!, owner, side, now() + JOURNEY_SECONDS]);
      Atomics.store(this.#words, this.#first, handle | 0);
    });
    return handle;
  }

  /** Makes a handle that was on its way one of this thread; false where it has arrived before, or is lost. */
  arrive(handle: number): boolean {
    return this.#exclusively(() => {
      if (!this.#find((offset) => offset === handle)) return false;
      return Atomics.compareExchange(handleAt(handle), OWNER, ON_ITS_WAY, heapOwner()) === ON_ITS_WAY;
    });
  }

  /** Whether the handle is still on its way. */
  isTravelling(handle: number): boolean {
    return this.#exclusively(() => this.#find((offset, words) => offset === handle && words[OWNER] === ON_ITS_WAY));
  }

  /** Takes a handle off; whether none is left. */
  remove(handle: number): boolean {
    return this.#exclusively(() => {
      this.#sweep((offset) => offset === handle);
      return this.#words[this.#first] === 0;
    });
  }

  /** Whether the end has a handle. */
  isOpen(side: Side): boolean {
    return this.#exclusively(() => {
      this.#sweep((_, words) => words[OWNER] === ON_ITS_WAY ? words[DEADLINE]! < now() : isOwnerDead(words[OWNER]!));
      return this.#find((_, words) => words[SIDE] === side);
    });
  }

  #find(isIt: (offset: number, words: Int32Array) => boolean): boolean {
    for (let offset = this.#words[this.#first]! >>> 0; offset !== 0;) {
      const words = handleAt(offset);
      if (isIt(offset, words)) return true;
      offset = words[NEXT]! >>> 0;
    }
    return false;
  }

  #sweep(isGone: (offset: number, words: Int32Array) => boolean): void {
    let [link, index] = [this.#words, this.#first];
    for (let offset = link[index]! >>> 0; offset !== 0; offset = link[index]! >>> 0) {
      const words = handleAt(offset);
      if (isGone(offset, words)) {
        Atomics.store(link, index, words[NEXT]!);
        free(offset);
      } else [link, index] = [words, NEXT];
    }
  }

  /** Each change is one store, so what a dead thread left is whole. */
  #exclusively<T>(step: () => T): T {
    this.#mutex.lock();
    try {
      return step();
    } finally {
      this.#mutex.unlock();
    }
  }
}

function handleAt(offset: number): Int32Array {
  return typedView(Int32Array, offset, HANDLE_BYTES / 4);
}

function now(): number {
  return Math.floor((performance.timeOrigin + performance.now()) / 1000) | 0;
}
