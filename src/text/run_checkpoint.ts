import { CheckpointError, FileError, WorkerLostError } from "../core/errors.ts";
import { runtime } from "../runtime/current.ts";
import type { Disk } from "../runtime/disk.ts";
import { fileErrorCode } from "../runtime/files.ts";
import { Checkpoint, type Draft, journalPath, type Kept } from "./checkpoint.ts";
import type { OutputProgress, RunIdentity, TextBytes } from "./checkpoint_records.ts";
import type { DirectProgress } from "./direct_run.ts";
import { draftPath } from "./draft_path.ts";
import { isDamage, readError, writeError } from "./file_failure.ts";
import { type InputMark, inputMark } from "./input_mark.ts";
import type { ChunkState } from "./lower_chunk.ts";
import type { StreamCursor } from "./stream_place.ts";
import { SPARE_SLOTS, type TextSettings } from "./text_options.ts";
import type { FileSource, StreamSource, TextPlan } from "./text_plan.ts";

/** How far the lower-casing of a file is. */
export type TextCursor =
  /** Written where it lies in the input. */
  | ({ readonly kind: "direct" } & DirectProgress)
  /** Written in order: whole chunks, and where the chunk after them goes on. */
  | {
    readonly kind: "ordered";
    readonly chunks: number;
    readonly next?: ChunkState | undefined;
    /** Bytes of input. */
    readonly consumed: number;
  }
  /** A compressed file, written in order. */
  | ({ readonly kind: "stream" } & StreamCursor);

/** An input with a file of its own as output. */
export type KeptSource = (FileSource | StreamSource) & { readonly target: string };

/** Whether a source has a file of its own as output. */
export function hasTarget(source: FileSource | StreamSource): source is KeptSource {
  return source.target !== undefined;
}

/** Of more inputs than these, those of a chunk or less aren't sampled: they are done as a whole or not at all. */
const SAMPLED_INPUTS = 10_000;

/** Ranges begun and not recorded, for each slot: while some wait for their record, as many are worked on. */
const RANGES_PER_SLOT = 2;

/** Where tests put something else in place of the system's. */
export interface CheckpointSystem {
  readonly disk?: Disk;
  readonly interval?: number;
}

/** The checkpoint of a run of the pipeline, by its sources. */
export class RunCheckpoint<C = TextCursor> {
  readonly #checkpoint: Checkpoint<C>;
  readonly #chunkBytes: number;
  readonly #samplesAll: boolean;
  readonly #failure: { error: FileError | undefined };

  private constructor(
    checkpoint: Checkpoint<C>,
    chunkBytes: number,
    samplesAll: boolean,
    failure: { error: FileError | undefined },
  ) {
    this.#checkpoint = checkpoint;
    this.#chunkBytes = chunkBytes;
    this.#samplesAll = samplesAll;
    this.#failure = failure;
  }

  /**
   * Opens the checkpoint of a run, and checks that it is the same run as before.
   *
   * @param identity what must be the same in a run that resumes
   * @param onFailure told when the run cannot go on
   * @throws {CheckpointError} where it is another, is being done, or cannot be resumed
   */
  static async open<C = TextCursor>(
    settings: Pick<TextSettings, "output" | "chunkBytes" | "processes">,
    plan: TextPlan,
    identity: RunIdentity,
    onFailure: (error: FileError) => void,
    system: CheckpointSystem = {},
  ): Promise<RunCheckpoint<C>> {
    const output = outputOf(settings, plan);
    const failure: { error: FileError | undefined } = { error: undefined };
    const checkpoint = await Checkpoint.open<C>({
      ...system,
      output,
      identity,
      window: RANGES_PER_SLOT * (settings.processes + SPARE_SLOTS),
      onFailure: (cause, path) => {
        failure.error = writeError(path, fileErrorCode(cause), (cause as Error).message, cause);
        onFailure(failure.error);
      },
    }).catch((cause) => {
      if (fileErrorCode(cause) === undefined) throw cause;
      throw writeError(journalPath(output), fileErrorCode(cause), (cause as Error).message, cause);
    });
    try {
      await checkpoint.verify(pathsOf(plan));
    } catch (error) {
      await checkpoint.close();
      throw error;
    }
    return new RunCheckpoint<C>(checkpoint, settings.chunkBytes, plan.count <= SAMPLED_INPUTS, failure);
  }

  /** Identifies the run. */
  get id(): string {
    return this.#checkpoint.id;
  }

  /** Whether there was an earlier run. */
  get isResumed(): boolean {
    return this.#checkpoint.isResumed;
  }

  /** Why the run cannot go on; undefined if it can. */
  get failure(): FileError | undefined {
    return this.#failure.error;
  }

  /** Path under which the output of a source is being written. */
  draftOf(target: string): string {
    return draftPath(target, this.id);
  }

  /** What an earlier run left of a source's output. Throws `FileError` where that cannot have its name. */
  resume(source: KeptSource): Kept<C> | undefined {
    try {
      return this.#checkpoint.resume(this.#draft(source), source.target);
    } catch (error) {
      throw writeError(source.target, fileErrorCode(error), (error as Error).message, error);
    }
  }

  /** Whether `resume` has found the output of an input complete. */
  isDone(path: string): boolean {
    return this.#checkpoint.isDone(path);
  }

  /** Resolves when the output of a source may be created. Throws `FileError` where the input cannot be read. */
  async begin(source: KeptSource): Promise<void> {
    await this.#checkpoint.begin(source.path, [this.#markOf(source)]);
  }

  /** Resolves when another range of a source may be begun. */
  enter({ path }: KeptSource): Promise<void> {
    return this.#checkpoint.enter(path);
  }

  /** Tells that the ranges of a source are counted from 0 again. */
  restart({ path }: KeptSource): void {
    this.#checkpoint.restart(path);
  }

  /** Tells that no more ranges of a source will be noted. */
  leave({ path }: KeptSource): void {
    this.#checkpoint.leave(path);
  }

  /** Tells that the run is to end, whatever is under way. */
  stop(): void {
    this.#checkpoint.stop();
  }

  /** Notes how far a source is; `ranges` counts those done of the ones that were entered. */
  note(source: KeptSource, progress: OutputProgress<C>, ranges: number, files: readonly string[] = []): void {
    this.#checkpoint.note(this.#draft(source), progress, ranges, files);
  }

  /** Records that outputs are complete and gives them their names; what is wrong with one is handed to `onFailure`. */
  async complete<S extends Pick<KeptSource, "path" | "target">>(
    sources: readonly S[],
    isSynced: boolean,
    onDone: (source: S, error: Error | undefined) => void,
  ): Promise<void> {
    await this.#checkpoint.seal(sources.map((source) => this.#draft(source)), isSynced);
    for (const source of sources) {
      let failure: Error | undefined;
      try {
        this.#checkpoint.publish(this.draftOf(source.target), source.target);
      } catch (error) {
        failure = writeError(source.target, fileErrorCode(error), (error as Error).message, error);
      }
      onDone(source, failure);
    }
  }

  /** Whether the incomplete output of an input that failed is of use to a run that resumes; if not, it is forgotten. */
  keepsAfter(path: string, error: unknown): boolean {
    const passes = error instanceof WorkerLostError ||
      (error instanceof FileError && !isDamage(error) && error.code !== "ERR_INPUT_CHANGED" &&
        error.code !== "ERR_INPUT_NOT_FOUND");
    if (passes) this.#checkpoint.end(path);
    else this.#checkpoint.drop(path);
    return passes;
  }

  /** Ends a run that has done everything. */
  async finish(): Promise<void> {
    await this.#checkpoint.finish();
  }

  /** Ends a run that is to be resumed, unless it has ended. */
  async close(): Promise<void> {
    await this.#checkpoint.close();
  }

  #draft({ path, target }: Pick<KeptSource, "path" | "target">): Draft {
    return { key: path, temporary: this.draftOf(target) };
  }

  #markOf(source: KeptSource): InputMark {
    const size = source.size!;
    try {
      return inputMark(
        { path: source.path, size, modified: source.modified! },
        this.#samplesAll || size > this.#chunkBytes || source.kind === "stream",
      );
    } catch (error) {
      throw readError(source.path, fileErrorCode(error), (error as Error).message, error);
    }
  }
}

/** Bytes of text of a source that is done and of its output. */
export function doneBytes(source: KeptSource, { size, text }: Kept<unknown> & { kind: "done" }): TextBytes {
  // What has no text is not noted.
  return text ?? {
    bytesIn: source.kind === "file" ? source.size : 0,
    bytesOut: source.compress === undefined ? size : 0,
  };
}

function* pathsOf(plan: TextPlan): Generator<string> {
  for (const { path } of plan.sources) yield path;
}

/** The path of the output, where each input is a file and has a file as its output. */
function outputOf({ output }: Pick<TextSettings, "output">, plan: TextPlan): string {
  const refuse = (found: string): never => {
    throw new CheckpointError(
      "ERR_CHECKPOINT_UNSUPPORTED",
      `Cannot keep a checkpoint: expected files as inputs and as outputs, found ${found}`,
    );
  };
  if (typeof output !== "string") return refuse("a writer as the output");
  if (output === "-") refuse("standard output");
  if (plan.common !== undefined) refuse("one file for all inputs as the output");
  if (plan.device !== undefined) refuse(`${plan.device}, which is no file, as the output`);
  for (const source of plan.hasStreams ? plan.sources : []) {
    if (source.path === "-") refuse("standard input");
    if (source.kind === "stream" && source.size === undefined) refuse(`${source.path}, which can be read only once`);
  }
  return output;
}

/** What the bytes of the outputs of a run of `lowercase` depend on, and what cursors count in. */
export function lowercaseIdentity(
  { input, chunkBytes, streamBytes, invalid, compression }: TextSettings,
  plan: TextPlan,
): RunIdentity {
  const inputs = Array.isArray(input) ? input.length : 1;
  const identity = { task: "lowercase", inputs, chunkBytes, invalid, ...compression };
  return withCompression(plan.hasStreams ? { ...identity, streamBytes } : identity, plan);
}

/** The same of a run of `mapKernel`. */
export function kernelIdentity({ input, chunkBytes, kernel, compression }: TextSettings, plan: TextPlan): RunIdentity {
  const inputs = Array.isArray(input) ? input.length : 1;
  const { checksum, name, cut, growth } = kernel!.source;
  return withCompression({ task: "kernel", checksum, name, cut, growth, inputs, chunkBytes, ...compression }, plan);
}

/** The identity of a run whose outputs may be compressed. */
export function withCompression(identity: RunIdentity, plan: TextPlan): RunIdentity {
  if (plan.compressions.size === 0) return identity;
  // Other versions of zlib compress otherwise.
  return { ...identity, runtime: `${runtime.name} ${runtime.version}` };
}
