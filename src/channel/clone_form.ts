import { wireTypeOf } from "../core/wire.ts";
import { pack, unpack } from "./packer.ts";
import { isSharedView, type SharedView, toSharedView, viewOf } from "./shared_view.ts";

/**
 * A value as it goes by `postMessage`. A structured clone takes from instances of registered classes and from errors what
 * makes them so; they are packed instead, and empty objects stand in for them in the value. Others stand in for views on
 * shared memory, which go as the memory and their place in it.
 */
export interface CloneForm {
  readonly value: unknown;
  /** The clone keeps the identity of the stand-ins, by which they are found again in the value. */
  readonly packed?: readonly (readonly [standIn: object, packed: Uint8Array | SharedView])[];
}

/** The form of a value that only a structured clone can carry. */
export function toCloneForm(value: unknown): CloneForm {
  return holdsPacked(value) ? new Copy().of(value) : { value };
}

/** The value that came in a form, which must not be used again. */
export function fromCloneForm({ value, packed }: CloneForm): unknown {
  if (packed === undefined) return value;
  const originals = new Map<unknown, unknown>(
    packed.map(([standIn, part]) => [standIn, part instanceof Uint8Array ? unpack(part) : viewOf(part)]),
  );
  const original = (part: unknown): unknown => originals.has(part) ? originals.get(part) : part;
  for (const container of containersOf(value)) if (!originals.has(container)) refill(container, container, original);
  return original(value);
}

type Container = unknown[] | Map<unknown, unknown> | Set<unknown> | Record<string, unknown>;

function isPacked(value: unknown): boolean {
  return typeof value === "object" && value !== null &&
    (value instanceof Error || isSharedView(value) || wireTypeOf(value) !== undefined);
}

function isContainer(value: unknown): value is Container {
  return typeof value === "object" && value !== null && !isPacked(value) &&
    (Array.isArray(value) || value instanceof Map || value instanceof Set ||
      Object.prototype.toString.call(value) === "[object Object]");
}

function partsOf(container: Container): Iterable<unknown> {
  if (container instanceof Map) return [...container.keys(), ...container.values()];
  return container instanceof Set ? container : Object.values(container);
}

/** Every container in a value, once; without recursion, so that depth does not matter. */
function containersOf(value: unknown): Set<Container> {
  const containers = new Set<Container>();
  if (isContainer(value)) containers.add(value);
  // A set that grows is walked to its new end.
  for (const container of containers) {
    for (const part of partsOf(container)) if (isContainer(part)) containers.add(part);
  }
  return containers;
}

function holdsPacked(value: unknown): boolean {
  if (isPacked(value)) return true;
  for (const container of containersOf(value)) for (const part of partsOf(container)) if (isPacked(part)) return true;
  return false;
}

/** Fills `target`, which may be `source` itself, with what `part` makes of the parts of `source`. */
function refill(target: Container, source: Container, part: (of: unknown) => unknown): void {
  if (source instanceof Map) {
    const entries = [...source];
    (target as Map<unknown, unknown>).clear();
    for (const [key, value] of entries) (target as Map<unknown, unknown>).set(part(key), part(value));
  } else if (source instanceof Set) {
    const items = [...source];
    (target as Set<unknown>).clear();
    for (const item of items) (target as Set<unknown>).add(part(item));
  } else {
    for (const [key, value] of Object.entries(source)) {
      Object.defineProperty(target, key, { value: part(value), writable: true, enumerable: true, configurable: true });
    }
  }
}

function emptyLike(container: Container): Container {
  if (Array.isArray(container)) return new Array(container.length);
  if (container instanceof Map) return new Map();
  return container instanceof Set ? new Set() : {};
}

class Copy {
  readonly #copies = new Map<unknown, object>();
  readonly #packed: [object, Uint8Array | SharedView][] = [];

  of(value: unknown): CloneForm {
    const containers = containersOf(value);
    for (const container of containers) this.#copies.set(container, emptyLike(container));
    for (const container of containers) {
      refill(this.#copies.get(container) as Container, container, (part) => this.#copyOf(part));
    }
    return { value: this.#copyOf(value), packed: this.#packed };
  }

  #copyOf(part: unknown): unknown {
    const copy = this.#copies.get(part);
    if (copy !== undefined || !isPacked(part)) return copy ?? part;
    const standIn = {};
    this.#copies.set(part, standIn);
    // Not by slice, which of Node's own kind of byte array gives a view: a clone of that is one of what others sent too.
    const packed = isSharedView(part) ? toSharedView(part) : new Uint8Array(pack(part));
    this.#packed.push([standIn, packed]);
    return standIn;
  }
}
