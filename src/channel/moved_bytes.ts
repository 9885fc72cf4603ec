import { byteKind, bytesOf, itemBytes, viewOfKind } from "./byte_views.ts";
import { copyOf } from "./copy_bytes.ts";

/** A long buffer, or a view of all of one, whose memory goes to another thread by message and is not copied there. */
export interface MovedBytes {
  readonly moved: ArrayBuffer;
  /** What it is: see `byteKind`. */
  readonly kind: number;
}

/** Bytes from which on a message costs less than one copy more. */
const LEAST_BYTES = 1 << 18;
/** Bytes up to which: longer ones meet the limit of all values as they are encoded. */
const MOST_BYTES = 1 << 30;

/** A copy of a value, to be moved; `undefined` where it is no long buffer. */
export function movedBytes(value: unknown): MovedBytes | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if (!ArrayBuffer.isView(value) && !(value instanceof ArrayBuffer)) return undefined;
  if (value.byteLength < LEAST_BYTES || value.byteLength > MOST_BYTES) return undefined;
  const kind = byteKind(value);
  return kind < 0 ? undefined : { moved: copyOf(bytesOf(value)).buffer, kind };
}

/** Whether something that came by message is such bytes. */
export function isMovedBytes({ moved, kind }: Readonly<Record<string, unknown>>): boolean {
  if (!(moved instanceof ArrayBuffer) || typeof kind !== "number") return false;
  const size = itemBytes(kind);
  return size !== undefined && moved.byteLength % size === 0;
}

/** What `movedBytes` was given, in the memory that has come. */
export function fromMovedBytes({ moved, kind }: MovedBytes): ArrayBufferView | ArrayBuffer {
  return viewOfKind(kind, moved);
}
