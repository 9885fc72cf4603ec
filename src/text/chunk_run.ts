import type { ByteSink } from "./byte_sink.ts";
import type { OutputProgress, TextBytes } from "./checkpoint_records.ts";
import { nominalChunks } from "./chunk_plan.ts";
import type { CompressedSink } from "./compressed_sink.ts";
import { type DirectProgress, DirectRun } from "./direct_run.ts";
import type { FileSink } from "./file_sink.ts";
import { lowerChunkInto, lowerFileChunk } from "./file_tasks.ts";
import type { InputFile } from "./input_file.ts";
import { type OrderedEnd, OrderedRun } from "./ordered_run.ts";
import { hasTarget, type TextCursor } from "./run_checkpoint.ts";
import type { RunContext } from "./run_context.ts";
import { resultOf } from "./task_runner.ts";
import type { FileSource } from "./text_plan.ts";
import type { WriteTurn } from "./write_turns.ts";

/** Where one source's output goes. */
export interface Place {
  readonly sink: ByteSink;
  readonly file: FileSink | undefined;
  readonly compressed: CompressedSink | undefined;
  readonly turn: WriteTurn;
}

/** An output that an earlier run began. */
export type ResumedOutput = OutputProgress<TextCursor>;

type OrderedCursor = Omit<TextCursor & { kind: "ordered" }, "kind">;

const ORDERED_START: OrderedCursor = { chunks: 0, consumed: 0 };

/**
 * The chunks of files of more than one: each is written where it lies in the input as long as lengths keep, and in order
 * from there on, or from where an earlier run came to.
 */
export class ChunkRun {
  readonly #context: RunContext;
  readonly #onWritten: (consumed: number, produced: number) => void;
  /** Whether texts are expected to keep their length, as those so far did. */
  #lengthsKeep = true;

  /** @param onWritten told of each piece that is written */
  constructor(context: RunContext, onWritten: (consumed: number, produced: number) => void) {
    this.#context = context;
    this.#onWritten = onWritten;
  }

  /** Starts every chunk of a file, as slots become free; `finished` settles when all are written. */
  async start(
    source: FileSource,
    place: Place,
    resumed: ResumedOutput | undefined,
  ): Promise<{ finished: Promise<void> }> {
    const cursor = resumed?.cursor;
    const isDirect = cursor === undefined ? this.#lengthsKeep : cursor.kind === "direct";
    const { finished } = place.file !== undefined && place.compressed === undefined && isDirect
      ? await this.#startDirect(source, place.file, place, cursor?.kind === "direct" ? cursor : undefined)
      : await this.#startOrdered(source, place, cursor?.kind === "ordered" ? cursor : ORDERED_START, resumed?.text);
    finished.catch(() => {});
    return { finished };
  }

  /** Starts the chunks from `start` on, whose output is written when the length of all before it is known. */
  async #startOrdered(
    source: FileSource,
    place: Place,
    start: OrderedCursor,
    before?: TextBytes,
  ): Promise<{ finished: Promise<void> }> {
    const context = this.#context;
    const { checkpoint, runner, slots, settings } = context;
    const kept = hasTarget(source) ? source : undefined;
    if (kept !== undefined) checkpoint?.restart(kept);
    let grown = 0;
    const ordered = new OrderedRun({
      sink: place.sink,
      slots,
      turn: place.turn.ready,
      onWritten: (consumed, produced) => {
        grown += produced - consumed;
        this.#onWritten(consumed, produced);
      },
      onReached: this.#orderedNotes(source, place, start, before),
      onFailed: kept === undefined ? undefined : () => checkpoint?.leave(kept),
    });
    let from = start.next;
    for (const chunk of nominalChunks(source.size, context.chunkBytes, start.chunks)) {
      const begin = from;
      from = undefined;
      if (kept !== undefined) await checkpoint?.enter(kept);
      const slot = await slots.acquire();
      if (ordered.failed || context.stopped) {
        slots.release(slot);
        break;
      }
      ordered.add(slot, async (resume) =>
        resultOf(
          await runner.apply(lowerFileChunk, [inputOf(source), chunk, slot, settings, resume ?? begin]),
          source.path,
          source.target ?? "the output",
        ));
    }
    return { finished: ordered.finish().then(() => void (this.#lengthsKeep = start.chunks === 0 && grown === 0)) };
  }

  /** Notes how far the chunks of a file are that are written in order from `start` on. */
  #orderedNotes(
    source: FileSource,
    { file, compressed }: Place,
    start: OrderedCursor,
    before: TextBytes | undefined,
  ): ((end: OrderedEnd) => void) | undefined {
    const { checkpoint } = this.#context;
    if (checkpoint === undefined || file === undefined || !hasTarget(source)) return undefined;
    const { position } = file;
    return ({ chunks, next, consumed, produced, written }) => {
      const bytesIn = start.consumed + consumed;
      const cursor = { kind: "ordered", chunks: start.chunks + chunks, next, consumed: bytesIn } as const;
      const text = compressed && { bytesIn, bytesOut: (before?.bytesOut ?? 0) + produced };
      checkpoint.note(source, { cursor, position: position + written, text }, chunks);
    };
  }

  /** Starts the chunks on the supposition that no length changes; from the first that does, they are done again in order. */
  async #startDirect(
    source: FileSource,
    file: FileSink,
    place: Place,
    done: DirectProgress | undefined,
  ): Promise<{ finished: Promise<void> }> {
    const context = this.#context;
    const { checkpoint, runner, slots, settings } = context;
    const kept = checkpoint !== undefined && hasTarget(source) ? source : undefined;
    if (kept !== undefined) checkpoint!.restart(kept);
    const chunks = [...nominalChunks(source.size, context.chunkBytes, 0)];
    const direct = new DirectRun({
      chunks,
      slots,
      lower: async (chunk, slot) =>
        resultOf(
          await runner.apply(lowerChunkInto, [inputOf(source), chunk, file.temporary, slot, settings]),
          source.path,
          file.target,
        ),
      onWritten: (consumed) => this.#onWritten(consumed, consumed),
      isStopped: () => context.stopped,
      done,
      enter: kept && (() => checkpoint!.enter(kept)),
      onProgress: kept &&
        ((progress, count) => {
          const cursor = { kind: "direct", ...progress } as const;
          checkpoint!.note(kept, { cursor, position: progress.bytes }, count);
        }),
      onOver: kept && (() => checkpoint!.leave(kept)),
    });
    await direct.start();
    const finish = async (): Promise<void> => {
      const end = await direct.finish();
      file.goOnAt(end.bytes);
      if (end.chunks === chunks.length || context.stopped) return;
      this.#lengthsKeep = false;
      await (await this.#startOrdered(source, place, { chunks: end.chunks, consumed: end.bytes })).finished;
    };
    return { finished: finish() };
  }
}

/** What a worker needs to know of a file. */
function inputOf({ path, size }: FileSource): InputFile {
  return { path, size };
}
