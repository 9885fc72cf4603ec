import { Buffer } from "node:buffer";
import process from "node:process";
import { builtin } from "./builtin.ts";

const fs = builtin<typeof import("node:fs")>("node:fs");

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

/**
 * Has a standard stream of this thread write each line by itself and at once. Otherwise Node and Bun hand what a thread
 * prints to the main one, which shows it when it has time, and pieces of a line mix with those of other threads. The
 * console of Deno does so already; those of Node and Bun write to the stream. Returns what writes an unfinished line.
 */
export function writeLinesOf(name: "stdout" | "stderr"): () => void {
  const file = name === "stdout" ? 1 : 2;
  let rest = Buffer.alloc(0);
  const write = (chunk: string | Uint8Array, encoding?: unknown, done?: unknown): boolean => {
    const bytes = typeof chunk === "string"
      ? Buffer.from(chunk, typeof encoding === "string" ? encoding as BufferEncoding : "utf8")
      : Buffer.from(chunk);
    const end = bytes.lastIndexOf(NEWLINE) + 1;
    if (end > 0) writeAtOnce(file, Buffer.concat([rest, bytes.subarray(0, end)]));
    rest = end > 0 ? Buffer.from(bytes.subarray(end)) : Buffer.concat([rest, bytes]);
    const callback = typeof encoding === "function" ? encoding : done;
    if (typeof callback === "function") queueMicrotask(() => callback());
    return true;
  };
  whenUsed(name, (stream) => void (stream.write = write as typeof stream.write));
  return () => {
    writeAtOnce(file, rest);
    rest = Buffer.alloc(0);
  };
}

/** Changes a stream when it is first asked for: to make it costs a thread that prints nothing much of its start. */
function whenUsed(name: "stdout" | "stderr", change: (stream: NodeJS.WriteStream) => void): void {
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
