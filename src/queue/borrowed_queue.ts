import { encodeBytes } from "../channel/byte_codec.ts";
import { lendable } from "../channel/lendable.ts";
import type { Loan } from "../channel/loan.ts";
import { encodingForOutside } from "../core/wire.ts";
import type { WaitOptions } from "../sync/word_wait.ts";
import type { QueueCore } from "./queue_core.ts";

/** What a queue is made of where its state lies in a process above this one. */
export class BorrowedQueue implements QueueCore {
  readonly loan: Loan;

  constructor(loan: Loan) {
    this.loan = loan;
  }

  get size(): number {
    return this.loan.callSync("size") as number;
  }

  get isFull(): boolean {
    return this.loan.callSync("isFull") as boolean;
  }

  get isReady(): boolean {
    return this.loan.callSync("isReady") as boolean;
  }

  put(value: unknown, limits: WaitOptions): Promise<void> {
    return this.putMessage(encodeItem(value), limits);
  }

  putSync(value: unknown, timeout: number | undefined): void {
    this.loan.callSync("put", [encodeItem(value)], timeout);
  }

  async putMessage(message: Uint8Array, limits: WaitOptions): Promise<void> {
    await this.loan.call("put", [message], limits);
  }

  get(limits: WaitOptions): Promise<unknown> {
    return this.loan.call("get", [], limits);
  }

  getToPassOn(limits: WaitOptions): Promise<unknown> {
    return this.get(limits);
  }

  getSync(timeout: number | undefined): unknown {
    return this.loan.callSync("get", [], timeout);
  }

  async whenReady(signal: AbortSignal): Promise<void> {
    await this.loan.call("whenReady", [], { signal });
  }

  shutdown(isImmediate: boolean): void {
    this.loan.callSync("shutdown", [isImmediate]);
  }

  taskDone(): void {
    this.loan.callSync("taskDone");
  }

  async join(limits: WaitOptions): Promise<boolean> {
    return await this.loan.call("join", [], limits) as boolean;
  }

  joinSync(timeout: number | undefined): boolean {
    return this.loan.callSync("join", [], timeout) as boolean;
  }

  /** Frees the queue's memory, for all processes. */
  dispose(): void {
    this.loan.callSync("dispose");
  }
}

/** Encodes what is going to be decoded in another process, above this one or beside it. */
function encodeItem(value: unknown): Uint8Array {
  return encodingForOutside(() => encodeBytes(value, "item"), "parent");
}

let borrowed: BorrowedQueue | undefined;

/** What the queue that is being made stands for; `undefined` where it is to have a state of its own. */
export function takeBorrowed(): BorrowedQueue | undefined {
  const core = borrowed;
  borrowed = undefined;
  return core;
}

/** Lets queues of a registered class go to other processes of the operating system. */
export function lendQueues<T extends { dispose(): void }>(
  tag: string,
  coreOf: (queue: T) => QueueCore,
  make: () => T,
): void {
  lendable<T>(tag, {
    loanOf: (queue) => {
      const core = coreOf(queue);
      return core instanceof BorrowedQueue ? core.loan : undefined;
    },
    borrow: (loan) => {
      borrowed = new BorrowedQueue(loan);
      return make();
    },
    methods: {
      size: (queue) => coreOf(queue).size,
      isFull: (queue) => coreOf(queue).isFull,
      isReady: (queue) => coreOf(queue).isReady,
      put: (queue, [message], limits) => coreOf(queue).putMessage(message as Uint8Array, limits),
      get: (queue, _, limits) => coreOf(queue).getToPassOn(limits),
      whenReady: (queue, _, { signal }) => coreOf(queue).whenReady(signal),
      shutdown: (queue, [isImmediate]) => coreOf(queue).shutdown(isImmediate as boolean),
      taskDone: (queue) => coreOf(queue).taskDone(),
      join: (queue, _, limits) => coreOf(queue).join(limits),
      dispose: (queue) => queue.dispose(),
    },
  });
}
