import { fileErrorCode } from "../runtime/files.ts";
import type { ByteSink, ByteWriter } from "./byte_sink.ts";
import { memoryView, type Slot } from "./slot.ts";

/** The output is given up: its reader went away, as `head` does, or the writer failed. */
export class OutputLostError extends Error {
  /** Whether its reader closed it, which is no failure. */
  readonly closed: boolean;

  constructor(cause: unknown) {
    super("The output takes no more", { cause });
    this.closed = fileErrorCode(cause) === "EPIPE";
  }
}

/** Writes to a writer in order, one piece at a time, so that a slow reader slows the run instead of filling memory. */
export class WriterSink implements ByteSink {
  readonly #writer: ByteWriter;
  readonly #copies: boolean;
  #turn: Promise<void> = Promise.resolve();

  /** @param copies Hand out copies: a writer of the user's may keep its bytes or refuse shared memory. */
  constructor(writer: ByteWriter, copies: boolean) {
    this.#writer = writer;
    this.#copies = copies;
  }

  write(slot: Slot, length: number): Promise<number> {
    this.#turn = this.#turn.then(async () => {
      const view = memoryView(slot.output, length);
      try {
        await this.#writer.write(this.#copies ? view.slice() : view);
      } catch (error) {
        throw new OutputLostError(error);
      }
    });
    return this.#turn.then(() => length);
  }
}
