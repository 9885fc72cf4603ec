import { readInOrder } from "../runtime/files.ts";
import { standardInput } from "../runtime/terminal.ts";
import type { Place, ResumedOutput } from "./chunk_run.ts";
import { decodedText } from "./decoded_text.ts";
import { readError } from "./file_failure.ts";
import { kernelStream } from "./kernel_stream.ts";
import { lowerStream } from "./lower_stream.ts";
import { type OrderedEnd, OrderedRun } from "./ordered_run.ts";
import { ReadMeter } from "./read_meter.ts";
import { hasTarget } from "./run_checkpoint.ts";
import type { RunContext } from "./run_context.ts";
import type { StreamText } from "./stream_feed.ts";
import type { StreamCursor } from "./stream_place.ts";
import type { StreamSource } from "./text_plan.ts";

/** What is told of the streams of a run. */
export interface StreamRunListener {
  /** Of each piece that is written. */
  readonly onWritten: (source: StreamSource, consumed: number, produced: number) => void;
  /** Of the bytes that are read of a compressed input. */
  readonly onRead: (bytes: number) => void;
}

/**
 * The pieces of streams: cut by the main thread, worked on by whichever workers are free, written in order. A compressed
 * file that an earlier run began is decompressed again from its start, and worked on from where that came to.
 */
export class StreamRun {
  readonly #context: RunContext;
  readonly #listener: StreamRunListener;

  constructor(context: RunContext, listener: StreamRunListener) {
    this.#context = context;
    this.#listener = listener;
  }

  /** Starts to work on a stream; `finished` settles when all of it is written. */
  start(source: StreamSource, place: Place, resumed: ResumedOutput | undefined): { finished: Promise<void> } {
    const { checkpoint, slots, settings } = this.#context;
    const kept = checkpoint !== undefined && hasTarget(source) ? source : undefined;
    if (kept !== undefined) checkpoint!.restart(kept);
    const start = resumed?.cursor.kind === "stream" ? resumed.cursor : undefined;
    const meter = new ReadMeter(this.#listener.onRead, start?.read);
    /** Where the pieces end of which nothing is noted, and how many there are before them. */
    const ends: StreamCursor[] = [];
    let noted = 0;
    const { position = 0, text } = resumed ?? {};
    const note = ({ chunks, next, produced, written }: OrderedEnd): void => {
      // Where a piece isn't whole, there is a note when it is.
      if (next !== undefined) return;
      const end = ends.splice(0, chunks - noted).at(-1)!;
      noted = chunks;
      const cursor = { kind: "stream", ...end } as const;
      const done = { bytesIn: end.consumed, bytesOut: (text?.bytesOut ?? 0) + produced };
      checkpoint!.note(kept!, { cursor, position: position + written, text: done }, chunks);
    };
    const ordered = new OrderedRun({
      sink: place.sink,
      slots,
      turn: place.turn.ready,
      onWritten: (consumed, produced) => this.#listener.onWritten(source, consumed, produced),
      onReached: kept && note,
      onFailed: kept && (() => checkpoint!.leave(kept)),
    });
    const stored = source.bytes ?? (source.path === "-" ? standardInput() : readInOrder(source.path));
    const stream: StreamText = {
      name: source.path,
      bytes: decodedText(source.path, stored, source.decompress, (bytes) => meter.add(bytes)),
      // Standard input has nothing that would have to be waited for.
      isOwn: source.bytes === undefined && source.path !== "-",
      isLive: source.size === undefined,
      start,
      enter: kept && (() => checkpoint!.enter(kept)),
      onPiece: kept && ((end) => void ends.push({ ...end, read: meter.bytes })),
    };
    const work = settings.kernel === undefined ? lowerStream : kernelStream;
    const started = work(this.#context, stream, ordered).catch((error: NodeJS.ErrnoException) => {
      throw source.bytes === undefined && error.syscall !== undefined
        ? readError(source.path, error.code, error.message, error)
        : error;
    });
    const finished = started.finally(() => ordered.finish());
    finished.catch(() => {});
    return { finished };
  }
}
