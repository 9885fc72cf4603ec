import { emit, isObserved, type LogRecord } from "./events.ts";

/** From what a logger tells most on to nothing. */
export type LogLevel = "debug" | "info" | "warning" | "error" | "off";

/** State of the logger that a child takes over from the process that starts it. */
export interface LogSettings {
  readonly level: LogLevel;
  readonly toStderr: boolean;
}

const RANKS: Readonly<Record<LogLevel, number>> = { debug: 10, info: 20, warning: 30, error: 40, off: 50 };

let write: (text: string) => void = () => {};
let processName: () => string = () => "";
let current: LogSettings = { level: "warning", toStderr: false };

/** Says where lines go, and how the process that logs is called. */
export function adoptLogOutput(writeText: (text: string) => void, nameOfProcess: () => string): void {
  write = writeText;
  processName = nameOfProcess;
}

/**
 * The logger of this process. Records go to the channel `manyhands:log` of `node:diagnostics_channel`, and with
 * `logToStderr` also as lines to standard error. Processes that are started later take its level over.
 */
export class Logger {
  /** What is below it is not told. `"warning"` at first, as in Python. */
  get level(): LogLevel {
    return current.level;
  }

  /** Throws a `RangeError` where there is no such level. */
  set level(level: LogLevel) {
    if (!Object.hasOwn(RANKS, level)) {
      throw new RangeError(`Level must be one of ${Object.keys(RANKS).join(", ")}, found ${String(level)}`);
    }
    current = { ...current, level };
  }

  /** Whether what has this level is told to anybody. */
  isEnabledFor(level: LogRecord["level"]): boolean {
    return RANKS[level] >= RANKS[current.level] && (current.toStderr || isObserved("manyhands:log"));
  }

  /** Logs what helps to find a fault. */
  debug(message: string): void {
    this.#log("debug", message);
  }

  /** Logs what happens as it should. */
  info(message: string): void {
    this.#log("info", message);
  }

  /** Logs what may be a fault. */
  warning(message: string): void {
    this.#log("warning", message);
  }

  /** Logs a fault. */
  error(message: string): void {
    this.#log("error", message);
  }

  #log(level: LogRecord["level"], message: string): void {
    if (!this.isEnabledFor(level)) return;
    const record: LogRecord = { level, message, process: processName(), file: callingFile(new Error().stack) };
    emit("manyhands:log", () => record);
    if (current.toStderr) write(`[${level.toUpperCase()}/${record.process}] ${message}\n`);
  }
}

const logger: Logger = new Logger();

/**
 * The logger of this process. Python: `multiprocessing.get_logger()`.
 *
 * @example
 * ```ts
 * import { getLogger } from "@manyhands/manyhands";
 *
 * getLogger().level = "info";
 * getLogger().info("told to those who listen to the channel manyhands:log");
 * ```
 */
export function getLogger(): Logger {
  return logger;
}

/**
 * Has this process, and those that it starts from now on, write what they log to standard error, as lines such as
 * `[INFO/Process-1] message`. Python: `multiprocessing.log_to_stderr()`.
 *
 * @param level the logger's new level; without one it stays
 * @returns the logger
 * @throws {RangeError} where there is no such level
 *
 * @example
 * ```ts
 * import { logToStderr } from "@manyhands/manyhands";
 *
 * logToStderr("error").error("something is wrong"); // [ERROR/MainProcess] something is wrong
 * ```
 */
export function logToStderr(level: LogLevel = logger.level): Logger {
  logger.level = level;
  current = { level, toStderr: true };
  return logger;
}

/** What children are to take over. */
export function logSettings(): LogSettings {
  return current;
}

/** Takes over what the process was told that started this one. */
export function adoptLogSettings(settings: LogSettings): void {
  current = settings;
}

/** The first file of a stack that is not this one. */
function callingFile(stack: string | undefined): string | undefined {
  const files = [...(stack ?? "").matchAll(/((?:[a-z]+:\/\/)?\/[^\s()]*?):\d+(?::\d+)?\)?$/gm)].map(([, file]) =>
    file!
  );
  return files.find((file) => !import.meta.url.endsWith(file));
}
