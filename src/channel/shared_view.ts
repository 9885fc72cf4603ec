import { corruptData } from "../core/corrupt.ts";
import { viewClasses } from "./view_classes.ts";

/**
 * A view on shared memory as that memory and its place in it. A clone of the view itself takes Deno a third of a second for
 * each MiB, and from 4 GiB on V8 gives back a shorter one.
 */
export interface SharedView {
  readonly kind: string;
  readonly buffer: SharedArrayBuffer;
  readonly byteOffset: number;
  /** Items, which for a `DataView` are bytes. */
  readonly length: number;
}

/** Whether the value is such a view, of a class that every runtime has. One on memory that grows may grow with it. */
export function isSharedView(value: unknown): value is ArrayBufferView {
  if (!ArrayBuffer.isView(value) || value.buffer instanceof ArrayBuffer) return false;
  return (value.buffer as { growable?: boolean }).growable !== true && kinds.has(kindOf(value));
}

/** What goes in place of the view. */
export function toSharedView(view: ArrayBufferView): SharedView {
  const { buffer, byteOffset, byteLength } = view;
  const length = (view as Partial<Uint8Array>).length ?? byteLength;
  return { kind: kindOf(view), buffer: buffer as SharedArrayBuffer, byteOffset, length };
}

/** The view that `toSharedView` was given, on the same memory. */
export function viewOf({ kind, buffer, byteOffset, length }: SharedView): ArrayBufferView {
  const view = kinds.get(kind);
  if (view === undefined) throw corruptData(`Found a view of kind ${String(kind)} on shared memory`);
  return new view(buffer, byteOffset, length);
}

const kinds = new Map(viewClasses.map((view) => [view.name, view]));

function kindOf(view: ArrayBufferView): string {
  return Object.prototype.toString.call(view).slice("[object ".length, -1);
}
