/**
 * A chunk of a text by nominal positions, the multiples of the chunk size. The true boundary that belongs to a nominal
 * position `p` is the first place at or after `p` where the text may be cut, if that place lies before the next nominal
 * position; otherwise the boundary does not exist and its chunk is part of the one before. Every worker finds the true
 * boundaries of its chunk in the same bytes, so chunks need no coordination and fit exactly.
 */
export interface NominalChunk {
  /** Nominal start, in bytes from the start of the text. */
  readonly start: number;
  /** Nominal end: the nominal start of the next chunk, or the size of the text. */
  readonly end: number;
}

/** Number of nominal chunks of a text of `size` bytes; 0 for an empty one. */
export function chunkCount(size: number, chunkBytes: number): number {
  return Math.ceil(size / chunkBytes);
}

/** The nominal chunk number `index`. */
export function nominalChunk(index: number, size: number, chunkBytes: number): NominalChunk {
  return { start: index * chunkBytes, end: Math.min((index + 1) * chunkBytes, size) };
}

/** The nominal chunks from number `first` on. */
export function* nominalChunks(size: number, chunkBytes: number, first: number): Generator<NominalChunk> {
  const count = chunkCount(size, chunkBytes);
  for (let index = first; index < count; index++) yield nominalChunk(index, size, chunkBytes);
}
