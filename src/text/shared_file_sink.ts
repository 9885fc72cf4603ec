import type { ByteSink } from "./byte_sink.ts";
import type { FileSink } from "./file_sink.ts";
import type { Slot } from "./slot.ts";
import { OutputLostError } from "./writer_sink.ts";

/** A file that all texts go to: where it takes no more, the run is lost and not a single input. */
export class SharedFileSink implements ByteSink {
  readonly #file: FileSink;

  constructor(file: FileSink) {
    this.#file = file;
  }

  write(slot: Slot, length: number): Promise<number> {
    return this.#file.write(slot, length).catch((error) => {
      throw new OutputLostError(error);
    });
  }
}
