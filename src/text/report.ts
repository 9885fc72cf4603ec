/** One input that could not be done. The others went on. */
export interface TextFailure {
  /** Path of the input, `"-"` for standard input. */
  readonly path: string;
  /** Why; a `FileError`, an `InvalidUtf8Error`, a `WorkerLostError`, … */
  readonly error: Error;
}

/** How far a run is. */
export interface TextProgress {
  /** Bytes of text done, which of a compressed input are more than it has. */
  readonly bytesIn: number;
  /** Bytes of the inputs done, as they are stored: of a compressed one, those that are read. */
  readonly bytesRead: number;
  /** Bytes of all inputs as they are stored; undefined while it cannot be known, as for standard input. */
  readonly bytesTotal: number | undefined;
  /** Bytes of output written. */
  readonly bytesOut: number;
  /** Inputs done, failed ones included. */
  readonly files: number;
  /** Inputs of the run. */
  readonly filesTotal: number;
  /** Of these bytes, those that an earlier run had done, where one is resumed. */
  readonly resumed?: { readonly bytesIn: number; readonly bytesRead: number } | undefined;
  /** What each worker does. */
  readonly workers: readonly WorkerProgress[];
}

/** What one worker of a run does. */
export interface WorkerProgress {
  /** What the worker is called, such as `"text-worker-1"`. */
  readonly name: string;
  /** Tasks done. */
  readonly tasks: number;
  /** Bytes of text of these. */
  readonly bytesIn: number;
  /** The file that it works on; `"(stream)"` for text that was read for it; undefined while it has nothing to do. */
  readonly path: string | undefined;
}

/** What a run did. */
export interface TextReport {
  /** Inputs done without an error. */
  readonly files: number;
  /** Bytes of input of these and of the parts of failed ones that were done. */
  readonly bytesIn: number;
  /** Bytes of output written. */
  readonly bytesOut: number;
  /** Of `bytesIn`, what an earlier run had done, where one was resumed. */
  readonly bytesResumed?: number | undefined;
  /** Wall time in seconds, worker start included. */
  readonly seconds: number;
  /** Workers used. */
  readonly processes: number;
  /** Number of inputs that could not be done. */
  readonly filesFailed: number;
  /** The inputs that could not be done, the first 1000 of them; `onError` (of `mapText` `onFailure`) is told of each. */
  readonly failed: readonly TextFailure[];
  /** Whether the reader of the output closed it before the end, as `head` does: then the rest was left undone. */
  readonly outputClosed: boolean;
}
