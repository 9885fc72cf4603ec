import { KernelError } from "../core/errors.ts";
import type { InputFile } from "./input_file.ts";
import { callUnderWay } from "./kernel_call.ts";
import type { WorkerProgress } from "./report.ts";
import type { Slot } from "./slot.ts";
import type { RunnerPool } from "./task_runner.ts";

/** A call as it was when it was first seen. */
interface Seen {
  readonly count: number;
  readonly since: number;
}

/** Looks how long the calls of a kernel take that the workers of a pool are in. */
export class KernelWatch implements RunnerPool {
  readonly #pool: RunnerPool;
  readonly #slots: readonly Slot[];
  readonly #timeout: number;
  /** What the workers were asked for and have not answered, by the slot that they are to use. */
  readonly #asked: Map<number, readonly unknown[]> = new Map();
  readonly #seen: Map<Slot, Seen> = new Map();
  #timer: ReturnType<typeof setInterval> | undefined;
  /** The call that took too long. */
  late: KernelError | undefined;

  /** @param timeout milliseconds that a call may take */
  constructor(pool: RunnerPool, slots: readonly Slot[], timeout: number) {
    this.#pool = pool;
    this.#slots = slots;
    this.#timeout = timeout;
  }

  get workers(): readonly WorkerProgress[] {
    return this.#pool.workers ?? [];
  }

  /** Begins to look; `onLate` is told of the first call that takes too long. */
  begin(onLate: (error: KernelError) => void): void {
    if (this.#timeout === Infinity) return;
    this.#timer = setInterval(() => {
      if (this.late !== undefined) return;
      this.late = this.#look(performance.now());
      if (this.late !== undefined) onLate(this.late);
    }, Math.max(10, Math.min(this.#timeout / 4, 1000)));
    (this.#timer as { unref?: () => void }).unref?.();
  }

  // deno-lint-ignore no-explicit-any
  apply<R, A extends any[]>(fn: (...args: A) => R, args: A): Promise<R> {
    const slot = args.find((arg) => this.#slots.includes(arg)) as Slot | undefined;
    const answer = this.#pool.apply(fn, args);
    if (slot === undefined) return answer;
    this.#asked.set(slot.input, args);
    return answer.finally(() => {
      if (this.#asked.get(slot.input) === args) this.#asked.delete(slot.input);
    });
  }

  async terminate(): Promise<void> {
    clearInterval(this.#timer);
    await this.#pool.terminate();
  }

  #look(now: number): KernelError | undefined {
    for (const slot of this.#slots) {
      const call = callUnderWay(slot);
      if (call === undefined) continue;
      const seen = this.#seen.get(slot);
      if (seen?.count !== call.count) {
        this.#seen.set(slot, { count: call.count, since: now });
      } else if (now - seen.since > this.#timeout) {
        const [first] = this.#asked.get(slot.input) ?? [];
        const { path = "(stream)" } = ((Array.isArray(first) ? first[call.file] : first) ?? {}) as Partial<InputFile>;
        return new KernelError(
          "ERR_KERNEL_TIMEOUT",
          { path, start: call.start, end: call.end },
          `expected the kernel to come back within ${this.#timeout} ms, found it still at work`,
        );
      }
    }
    return undefined;
  }
}
