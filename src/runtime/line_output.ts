import { builtin } from "./builtin.ts";
import { process } from "./host_process.ts";

const buffer = builtin<typeof import("node:buffer")>("node:buffer");
const fs = builtin<typeof import("node:fs")>("node:fs");

const streams = builtin<typeof import("node:stream")>("node:stream");

const NEWLINE = 10;

/** Writes all of `bytes` before it returns. A stream that is closed or that nobody reads takes nothing, and that is fine. */
export function writeAtOnce(file: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) {
    try {
      done += fs().writeSync(file, bytes, done);
    } catch (error) {
      // Another program may have made the pipe one that does not block.
      if ((error as { code?: string }).code !== "EAGAIN") return;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}

type StreamName = "stdout" | "stderr";

/** Writes each line by itself and at once. */
class LineWriter {
  readonly #file: number;
  #rest = buffer().Buffer.alloc(0);

  constructor(name: StreamName) {
    this.#file = name === "stdout" ? 1 : 2;
  }

  write(chunk: string | Uint8Array, encoding: unknown): void {
    const bytes = typeof chunk === "string"
      ? buffer().Buffer.from(chunk, typeof encoding === "string" ? encoding as BufferEncoding : "utf8")
      : buffer().Buffer.from(chunk);
    const end = bytes.lastIndexOf(NEWLINE) + 1;
    if (end > 0) writeAtOnce(this.#file, buffer().Buffer.concat([this.#rest, bytes.subarray(0, end)]));
    this.#rest = end > 0 ? buffer().Buffer.from(bytes.subarray(end)) : buffer().Buffer.concat([this.#rest, bytes]);
  }

  /** Writes an unfinished line. */
  flush(): void {
    writeAtOnce(this.#file, this.#rest);
    this.#rest = buffer().Buffer.alloc(0);
  }
}

/**
 * Has a standard stream of this thread write each line by itself and at once. Otherwise Node hands what a thread prints to
 * the main one, which shows it when it has time, and pieces of a line mix with those of other threads. The console of
 * Deno does so already; that of Node writes to the stream. Returns what writes an unfinished line.
 */
export function writeLinesOf(name: StreamName): () => void {
  const lines = new LineWriter(name);
  const write = (chunk: string | Uint8Array, encoding?: unknown, done?: unknown): boolean => {
    lines.write(chunk, encoding);
    const callback = typeof encoding === "function" ? encoding : done;
    if (typeof callback === "function") queueMicrotask(() => callback());
    return true;
  };
  whenUsed(name, (stream) => void (stream.write = write as typeof stream.write));
  return () => lines.flush();
}

/**
 * The same by a stream of our own. In a web worker of Bun, whose console writes whole calls at once without a stream, to ask
 * for the one that is there would make it, and so would everything but an assignment: most of what a thread's start takes.
 */
export function replaceByLines(name: StreamName): () => void {
  const lines = new LineWriter(name);
  const make = (): NodeJS.WritableStream =>
    new (streams().Writable)({
      decodeStrings: false,
      write: (chunk: string | Uint8Array, encoding, done) => {
        lines.write(chunk, encoding);
        done();
      },
    });
  Object.assign(process, { [name]: madeWhenUsed(make) });
  return () => lines.flush();
}

function madeWhenUsed<T extends object>(make: () => T): T {
  let made: T | undefined;
  const object = (): T => made ??= make();
  return new Proxy({} as T, {
    get: (_, key) => {
      const value: unknown = Reflect.get(object(), key);
      return typeof value === "function" ? value.bind(object()) : value;
    },
    set: (_, key, value) => Reflect.set(object(), key, value),
    has: (_, key) => Reflect.has(object(), key),
    getPrototypeOf: () => Reflect.getPrototypeOf(object()),
  });
}

/** Changes both standard streams; returns what writes their unfinished lines. */
export function linesOf(change: (name: StreamName) => () => void): () => void {
  const flush = [change("stdout"), change("stderr")];
  return () => flush.forEach((write) => write());
}

/** Changes a stream when it is first asked for: to make it costs a thread that prints nothing much of its start. */
function whenUsed(name: StreamName, change: (stream: NodeJS.WriteStream) => void): void {
  const property = Object.getOwnPropertyDescriptor(process, name);
  if (property?.get === undefined || !property.configurable) return change(process[name]);
  const make = property.get;
  Object.defineProperty(process, name, {
    ...property,
    get: () => {
      const stream = make.call(process) as NodeJS.WriteStream;
      Object.defineProperty(process, name, { value: stream, configurable: true, enumerable: true, writable: true });
      change(stream);
      return stream;
    },
  });
}
