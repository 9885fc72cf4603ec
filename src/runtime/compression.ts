/**
 * Compressed bytes, by `node:zlib`, which the three runtimes share.
 * @module
 */
import { Buffer } from "node:buffer";
import type * as zlibTypes from "node:zlib";
import { UnsupportedError } from "../core/errors.ts";
import { builtin } from "./builtin.ts";

const stream = builtin<typeof import("node:stream")>("node:stream");
const zlib = builtin<typeof import("node:zlib")>("node:zlib");

/** A form of compression. */
export type Compression = "gzip" | "zstd";

/** The compressed form of `bytes`, complete in itself: a gzip member or a zstd frame, which others may follow. */
export function compress(bytes: Uint8Array, form: Compression): Uint8Array {
  assertCompression(form);
  return form === "gzip" ? zlib().gzipSync(bytes) : zlib().zstdCompressSync(bytes);
}

/**
 * What the pieces of a compressed stream hold.
 *
 * @throws {Error} while it is read, where the stream is damaged or ends too early
 */
export function decompress(pieces: AsyncIterable<Uint8Array>, form: "gzip"): AsyncIterable<Uint8Array> {
  assertCompression(form);
  return through(pieces, zlib().createGunzip());
}

/** What one frame of zstd holds, and no more than one: Node 24 and Deno leave out all after the first without a word. */
export function decompressFrame(pieces: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  assertCompression("zstd");
  return through(pieces, zlib().createZstdDecompress());
}

/**
 * Makes sure that this runtime knows `form`.
 *
 * @throws {UnsupportedError} if it does not, as Node 20 does not know zstd
 */
export function assertCompression(form: Compression): void {
  if (form !== "zstd" || typeof zlib().createZstdDecompress === "function") return;
  throw new UnsupportedError("Cannot use zstd: this runtime has none; Node has it from 22.15 on");
}

async function* through(
  pieces: AsyncIterable<Uint8Array>,
  transform: zlibTypes.Gunzip | zlibTypes.ZstdDecompress,
): AsyncGenerator<Uint8Array> {
  const source = stream().Readable.from(buffers(pieces), { objectMode: false });
  // The reader learns of the source's failure by the transform's.
  source.on("error", (error) => transform.destroy(error));
  source.pipe(transform);
  try {
    for await (const piece of transform) yield piece as Uint8Array;
  } finally {
    source.destroy();
    transform.destroy();
  }
}

/** Streams take buffers, and may keep a piece longer than it is good. */
async function* buffers(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  for await (const piece of pieces) yield Buffer.from(piece);
}
