import { type Compression, decompress, decompressFrame } from "../runtime/compression.ts";
import { damagedError } from "./file_failure.ts";
import { zstdFrames } from "./zstd_frames.ts";

/**
 * The text of what is stored, piece by piece. Throws what reading it throws, and `FileError` where it is not in `form`,
 * is damaged or ends too early.
 *
 * @param onRead told of the bytes of each stored piece, where they are compressed
 */
export function decodedText(
  path: string,
  stored: AsyncIterable<Uint8Array>,
  form: Compression | undefined,
  onRead: (bytes: number) => void,
): AsyncIterable<Uint8Array> {
  return form === undefined ? stored : decoded(path, stored, form, onRead);
}

async function* decoded(
  path: string,
  stored: AsyncIterable<Uint8Array>,
  form: Compression,
  onRead: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  let failure: { readonly error: unknown } | undefined;
  async function* counted(): AsyncGenerator<Uint8Array> {
    try {
      for await (const piece of stored) {
        onRead(piece.length);
        yield piece;
      }
    } catch (error) {
      failure = { error };
      throw error;
    }
  }
  try {
    yield* form === "gzip" ? decompress(counted(), form) : zstdFrames(counted(), decompressFrame);
  } catch (error) {
    if (failure !== undefined) throw failure.error;
    throw damagedError(path, form, (error as Error).message, error);
  }
}
