import { type Compression, decompress, decompressFrame } from "../runtime/compression.ts";
import { zstdFrames } from "./zstd_frames.ts";

/**
 * The text of what is stored, piece by piece.
 *
 * @param onRead told of the bytes of each stored piece, where they are compressed
 */
export function decodedText(
  stored: AsyncIterable<Uint8Array>,
  form: Compression | undefined,
  onRead: (bytes: number) => void,
): AsyncIterable<Uint8Array> {
  if (form === undefined) return stored;
  const counted = countedPieces(stored, onRead);
  return form === "gzip" ? decompress(counted, form) : zstdFrames(counted, decompressFrame);
}

async function* countedPieces(
  pieces: AsyncIterable<Uint8Array>,
  onRead: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) {
    onRead(piece.length);
    yield piece;
  }
}
