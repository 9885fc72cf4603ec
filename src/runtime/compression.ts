/**
 * Compressed bytes, by `node:zlib`, which the three runtimes share.
 * @module
 */
import type * as zlibTypes from "node:zlib";
import { UnsupportedError } from "../core/errors.ts";
import { builtin } from "./builtin.ts";
import { freeSpent } from "./spent_memory.ts";

const zlib = builtin<typeof import("node:zlib")>("node:zlib");

/** Bytes that are decompressed at a time: four times what `node:zlib` would take, in a third of the time. */
const PIECE_BYTES = 64 * 1024;
/** What no compressed form is longer than its text by, but for a sixty-fourth of that. */
const LEAST_EXCESS_BYTES = 1024;

/** A form of compression. */
export type Compression = "gzip" | "zstd";

/**
 * Hands the compressed form of `bytes` to `take`, complete in itself: a gzip member or a zstd frame, which others may
 * follow. It is good until `take` returns.
 */
export function compress<T>(bytes: Uint8Array, form: Compression, take: (compressed: Uint8Array) => T): T {
  assertCompression(form);
  // All of it in one piece of memory.
  const chunkSize = bytes.length + Math.ceil(bytes.length / 64) + LEAST_EXCESS_BYTES;
  const compressed = form === "gzip"
    ? zlib().gzipSync(bytes, { chunkSize })
    : zlib().zstdCompressSync(bytes, { chunkSize });
  try {
    return take(compressed);
  } finally {
    freeSpent(new Uint8Array(compressed.buffer), chunkSize);
  }
}

/**
 * What the pieces of a compressed stream hold.
 *
 * @throws {Error} while it is read, where the stream is damaged or ends too early
 */
export function decompress(pieces: AsyncIterable<Uint8Array>, form: "gzip"): AsyncIterable<Uint8Array> {
  assertCompression(form);
  return through(pieces, zlib().createGunzip({ chunkSize: PIECE_BYTES }));
}

/** What one frame of zstd holds, and no more than one: Node 24 and Deno leave out all after the first without a word. */
export function decompressFrame(pieces: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  assertCompression("zstd");
  return through(pieces, zlib().createZstdDecompress({ chunkSize: PIECE_BYTES }));
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

/** A piece is good until the next one is asked for. */
async function* through(
  pieces: AsyncIterable<Uint8Array>,
  transform: zlibTypes.Gunzip | zlibTypes.ZstdDecompress,
): AsyncGenerator<Uint8Array> {
  const source = pieces[Symbol.asyncIterator]();
  void feed(source, transform);
  try {
    for await (const piece of transform as AsyncIterable<Uint8Array>) {
      // No buffer, whose slices would share its memory.
      yield new Uint8Array(piece.buffer, piece.byteOffset, piece.length);
      freeSpent(piece, PIECE_BYTES);
    }
  } finally {
    transform.destroy();
    source.return?.().catch(() => {});
  }
}

/** Writes one piece after another, each when the one before it is used up; the reader learns what fails by the transform. */
async function feed(
  source: AsyncIterator<Uint8Array>,
  transform: zlibTypes.Gunzip | zlibTypes.ZstdDecompress,
): Promise<void> {
  try {
    for (let next; !(next = await source.next()).done;) {
      const { value } = next;
      await new Promise<void>((resolve, reject) => {
        transform.write(value, (error) => error ? reject(error) : resolve());
      });
    }
    transform.end();
  } catch (error) {
    transform.destroy(error as Error);
  }
}
