/**
 * Every error class that manyhands throws on purpose. Each has a stable `code` to test for.
 * @module
 */

/** Base of all errors of this module. `code` is stable; the message is for people. */
export class ManyhandsError extends Error {
  /** Stable identifier of the condition, such as `"ERR_POOL_CLOSED"`. */
  readonly code: string;

  /** Makes the error; `options.cause` is what led to it. */
  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** A wait or a task took longer than the time it was given. Python: `multiprocessing.TimeoutError`. */
export class TimeoutError extends ManyhandsError {
  /** Makes the error; `options.cause` is what led to it. */
  constructor(message: string, options?: ErrorOptions) {
    super("ERR_TIMEOUT", message, options);
  }
}

/** Work was handed to a pool that is closed or terminated. Python: `ValueError("Pool not running")`. */
export class PoolClosedError extends ManyhandsError {
  /** Makes the error; `options.cause` is what led to it. */
  constructor(message: string, options?: ErrorOptions) {
    super("ERR_POOL_CLOSED", message, options);
  }
}

/** How a worker ended, as far as its runtime tells. */
export type ExitReason = "exit" | "error" | "interrupted" | "killed";

/** The worker that ran a task ended before it answered. Python has no counterpart: there the caller waits for ever. */
export class WorkerLostError extends ManyhandsError {
  /** `"exit"`: it ended itself; `"error"`: an uncaught error ended it (see `cause`); `"killed"`: it was terminated. */
  readonly exitReason: ExitReason;
  /** Exit code of the worker. */
  readonly exitCode: number;
  /** Index of the task in its job: 0 for `apply`, the number of the item's chunk times the chunk size for `map`. */
  readonly taskIndex: number;

  /** Makes the error; `options.cause` is what led to it. */
  constructor(
    message: string,
    details: { exitReason: ExitReason; exitCode: number; taskIndex: number },
    options?: ErrorOptions,
  ) {
    super("ERR_WORKER_LOST", message, options);
    this.exitReason = details.exitReason;
    this.exitCode = details.exitCode;
    this.taskIndex = details.taskIndex;
  }
}

/**
 * An error of a class that this side does not know, thrown in a worker. `name` is the class's name there; the own
 * fields and the cause are kept. Python: the exception itself, with a `RemoteTraceback` as its cause.
 */
export class RemoteError extends ManyhandsError {
  /** The stack in the worker. */
  readonly remoteStack: string;

  /** Makes the error; `options.cause` is what led to it. */
  constructor(name: string, message: string, remoteStack: string, options?: ErrorOptions) {
    super("ERR_REMOTE", message, options);
    this.name = name;
    this.remoteStack = remoteStack;
  }
}

/** A value cannot be sent to another process. `path` leads to it, such as `args[0].handlers.onClick`. */
export class TaskEncodingError extends ManyhandsError {
  /** Where the value sits, from the argument list, the items or the result. */
  readonly path: string;
  readonly #found: string;

  /** Makes the error; `options.cause` is what led to it. */
  constructor(path: string, found: string, options?: ErrorOptions) {
    super("ERR_TASK_ENCODING", `Cannot send ${path}: it is ${found}`, options);
    this.path = path;
    this.#found = found;
  }

  /** The same error for a list that begins at item `start` of a longer one. */
  shifted(start: number): TaskEncodingError {
    const path = this.path.replace(/^items\[(\d+)\]/, (_, index: string) => `items[${Number(index) + start}]`);
    return new TaskEncodingError(path, this.#found, { cause: this.cause });
  }
}

/** A task cannot be found or run where it was sent: no such module, no such export, not a function. */
export class TaskLoadError extends ManyhandsError {
  /** Makes the error; `options.cause` is what led to it. */
  constructor(message: string, options?: ErrorOptions) {
    super("ERR_TASK_LOAD", message, options);
  }
}

/** A function sent by its source text uses a name from around it, which does not travel. */
export class CapturedVariableError extends ManyhandsError {
  /** The missing name. */
  readonly variable: string;

  /** Makes the error; `options.cause` is what led to it. */
  constructor(variable: string, message: string, options?: ErrorOptions) {
    super("ERR_CAPTURED_VARIABLE", message, options);
    this.variable = variable;
  }
}

/** A module starts processes while it is loaded inside a worker. Python: the "bootstrapping phase" RuntimeError. */
export class MainGuardError extends ManyhandsError {
  /** Makes the error; `options.cause` is what led to it. */
  constructor(message: string, options?: ErrorOptions) {
    super("ERR_MAIN_GUARD", message, options);
  }
}

/** The runtime cannot do what was asked for; the message says what is missing. */
export class UnsupportedError extends ManyhandsError {
  /** Makes the error; `options.cause` is what led to it. */
  constructor(message: string, options?: ErrorOptions) {
    super("ERR_UNSUPPORTED", message, options);
  }
}

/** Bytes are not valid UTF-8 and the caller asked for an error. */
export class InvalidUtf8Error extends ManyhandsError {
  /** Offset of the first invalid byte, in bytes from the start of the input. */
  readonly offset: number;

  /** Makes the error; `options.cause` is what led to it. */
  constructor(offset: number, options?: ErrorOptions) {
    super("ERR_INVALID_UTF8", `Invalid UTF-8 at byte ${offset}`, options);
    this.offset = offset;
  }
}

/** The shared linear memory cannot give as many bytes as were asked for, or the program has none for a message of a socket. */
export class OutOfMemoryError extends ManyhandsError {
  /** Makes the error; `options.cause` is what led to it. */
  constructor(message: string, options?: ErrorOptions) {
    super("ERR_OUT_OF_MEMORY", message, options);
  }
}

/** The process that held a lock ended without releasing it; what the lock guards may be half done. Python hangs there. */
export class OwnerDiedError extends ManyhandsError {
  /** Makes the error; `options.cause` is what led to it. */
  constructor(message: string, options?: ErrorOptions) {
    super("ERR_OWNER_DIED", message, options);
  }
}

/** A barrier was aborted, reset, or waited for too long, so it will not open. Python: `threading.BrokenBarrierError`. */
export class BrokenBarrierError extends ManyhandsError {
  /** Makes the error; `options.cause` is what led to it. */
  constructor(message: string, options?: ErrorOptions) {
    super("ERR_BROKEN_BARRIER", message, options);
  }
}

/** The process was interrupted by `Process.interrupt`; its waits end with this. Python: `KeyboardInterrupt`. */
export class InterruptedError extends ManyhandsError {
  /** Makes the error; `options.cause` is what led to it. */
  constructor(message: string, options?: ErrorOptions) {
    super("ERR_INTERRUPTED", message, options);
  }
}

/** Why a file could not be read or written; the codes of {@linkcode FileError}. */
export type FileErrorCode =
  | "ERR_INPUT_NOT_FOUND"
  | "ERR_INPUT_UNREADABLE"
  | "ERR_INPUT_CHANGED"
  | "ERR_OUTPUT_UNWRITABLE"
  | "ERR_DISK_FULL";

/** A file could not be read or written; the error of the system is the `cause` where there is one. */
export class FileError extends ManyhandsError {
  /** The file's path as the caller named it. */
  readonly path: string;

  /** Makes the error; `options.cause` is what led to it. */
  constructor(code: FileErrorCode, path: string, message: string, options?: ErrorOptions) {
    super(code, message, options);
    this.path = path;
  }
}

/** Inputs and output do not go together: the output is, holds or lies inside an input, or has the wrong kind. */
export class OutputConflictError extends ManyhandsError {
  /** Makes the error; `options.cause` is what led to it. */
  constructor(message: string, options?: ErrorOptions) {
    super("ERR_OUTPUT_CONFLICT", message, options);
  }
}

/** Why a run cannot be resumed; the codes of {@linkcode CheckpointError}. */
export type CheckpointErrorCode =
  | "ERR_CHECKPOINT_LOCKED"
  | "ERR_CHECKPOINT_MISMATCH"
  | "ERR_CHECKPOINT_UNSUPPORTED";

/**
 * A run with a checkpoint cannot start: another works on the same output (`LOCKED`), inputs or options are not those of
 * the run that is to be resumed (`MISMATCH`), or input or output can be gone through only once (`UNSUPPORTED`).
 */
export class CheckpointError extends ManyhandsError {
  /** Makes the error; `options.cause` is what led to it. */
  constructor(code: CheckpointErrorCode, message: string, options?: ErrorOptions) {
    super(code, message, options);
  }
}

/** A record of a text failed: it is malformed, or the function threw, took too long or ended its worker. See `cause`. */
export class RecordError extends ManyhandsError {
  /** Path of the input. */
  readonly path: string;
  /** Number of the record in its input, from 1: a line's number, a row's with the header as 1, a chunk's, a value's. */
  readonly record: number;
  /** Bytes from the start of the input's text to the record; undefined for a record that came as a value. */
  readonly offset: number | undefined;

  /** Makes the error; `options.cause` is what the call threw. */
  constructor(path: string, record: number, offset: number | undefined, message: string, options?: ErrorOptions) {
    super("ERR_RECORD", `${path}:${record}: ${message}`, options);
    this.path = path;
    this.record = record;
    this.offset = offset;
  }
}

/** What was wrong with a call of a kernel. */
export type KernelErrorCode =
  | "ERR_KERNEL_TRAPPED"
  | "ERR_KERNEL_RESULT"
  | "ERR_KERNEL_TIMEOUT"
  | "ERR_KERNEL_LINE_TOO_LONG";

/**
 * A kernel of one's own failed for a part of an input: it trapped (`TRAPPED`), gave no length of output that can be
 * (`RESULT`), did not come back in its time (`TIMEOUT`), or was to get a line that is longer than a chunk
 * (`LINE_TOO_LONG`).
 */
export class KernelError extends ManyhandsError {
  /** Path of the input. */
  readonly path: string;
  /** Where the part starts, in bytes from the start of the input's text. */
  readonly start: number;
  /** Where it ends. */
  readonly end: number;

  /** Makes the error; `options.cause` is what led to it. */
  constructor(
    code: KernelErrorCode,
    range: { readonly path: string; readonly start: number; readonly end: number },
    message: string,
    options?: ErrorOptions,
  ) {
    super(code, `${range.path}, bytes ${range.start} to ${range.end}: ${message}`, options);
    this.path = range.path;
    this.start = range.start;
    this.end = range.end;
  }
}

/** A stream holds an undecided capital sigma and so much text after it that does not decide it that memory would fill. */
export class LookAheadLimitError extends ManyhandsError {
  /** Makes the error; `options.cause` is what led to it. */
  constructor(message: string, options?: ErrorOptions) {
    super("ERR_LOOK_AHEAD_LIMIT", message, options);
  }
}

/** A queue was empty when it was looked at, or for the whole of a wait. Python: `queue.Empty`. */
export class QueueEmptyError extends ManyhandsError {
  /** Makes the error; `options.cause` is what led to it. */
  constructor(message: string, options?: ErrorOptions) {
    super("ERR_QUEUE_EMPTY", message, options);
  }
}

/** A queue was full when it was looked at, or for the whole of a wait. Python: `queue.Full`. */
export class QueueFullError extends ManyhandsError {
  /** Makes the error; `options.cause` is what led to it. */
  constructor(message: string, options?: ErrorOptions) {
    super("ERR_QUEUE_FULL", message, options);
  }
}

/** A queue was shut down. Python: `queue.ShutDown`. */
export class ShutDownError extends ManyhandsError {
  /** Makes the error; `options.cause` is what led to it. */
  constructor(message: string, options?: ErrorOptions) {
    super("ERR_SHUT_DOWN", message, options);
  }
}

/** The other end of a connection is closed and everything that it sent was received. Python: `EOFError`. */
export class EndOfStreamError extends ManyhandsError {
  /** Makes the error; `options.cause` is what led to it. */
  constructor(message: string, options?: ErrorOptions) {
    super("ERR_END_OF_STREAM", message, options);
  }
}

/** A message is longer than the buffer that it was to be received into. Python: `multiprocessing.BufferTooShort`. */
export class BufferTooShortError extends ManyhandsError {
  /** The whole message. */
  readonly data: Uint8Array<ArrayBuffer>;

  /** Makes the error; `room` is what the buffer had, in bytes. */
  constructor(data: Uint8Array<ArrayBuffer>, room: number, options?: ErrorOptions) {
    super(
      "ERR_BUFFER_TOO_SHORT",
      `Message of ${data.length} bytes does not fit into the buffer, which has ${room}`,
      options,
    );
    this.data = data;
  }
}

/** A queue, connection or other handle is closed. Python: `ValueError` or `OSError`, "is closed". */
export class ClosedError extends ManyhandsError {
  /** Makes the error; `options.cause` is what led to it. */
  constructor(message: string, options?: ErrorOptions) {
    super("ERR_CLOSED", message, options);
  }
}

/** The two ends of a connection do not have the same key. Python: `multiprocessing.AuthenticationError`. */
export class AuthenticationError extends ManyhandsError {
  /** Makes the error; `options.cause` is what led to it. */
  constructor(message: string, options?: ErrorOptions) {
    super("ERR_AUTHENTICATION", message, options);
  }
}

/** The server of a manager has ended, or cannot be reached. Python: `EOFError`, `ConnectionError` or a hang. */
export class ManagerLostError extends ManyhandsError {
  /** Makes the error; `options.cause` is what led to it. */
  constructor(message: string, options?: ErrorOptions) {
    super("ERR_MANAGER_LOST", message, options);
  }
}
