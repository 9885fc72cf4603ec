interface Detachable {
  readonly byteLength: number;
  /** Not there on Node 20. */
  transfer?(length: number): unknown;
}

/**
 * Gives the memory of a piece back that nobody looks at any more: until a collection finds that out there may be a hundred
 * megabytes more of it. A piece of a larger buffer than `bufferBytes` stays, and so does one with others after it.
 */
export function freeSpent(piece: Uint8Array, bufferBytes: number): void {
  const buffer = piece.buffer as Detachable;
  if (buffer.byteLength !== bufferBytes || piece.byteOffset + piece.length !== bufferBytes) return;
  try {
    buffer.transfer?.(0);
  } catch {
    // The runtime shares it out among others.
  }
}
