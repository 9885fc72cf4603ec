import { canLoadMore, UnloadedError } from "./late_modules.ts";

/** Another process of the operating system, for which something is encoded: its child, its parent, or any other. */
export type Outside = "child" | "parent" | "stranger";

/** How long a call for another process may wait, and what ends it early. */
export interface LentCallOptions {
  /** Milliseconds. */
  readonly timeout: number | undefined;
  readonly signal: AbortSignal;
}

/** What another process does with an object that it has from here. */
export type LentMethod<T> = (object: T, args: readonly unknown[], options: LentCallOptions) => unknown;

/** How objects in shared memory are used by processes that do not share it: by calls. */
export interface Lending<T extends object = object> {
  /** Whether a call from there would find the object. */
  reaches(value: T, to: Outside): boolean;
  readonly methods: Readonly<Record<string, LentMethod<T>>>;
  /** Gives up what a process, which has ended or let go of it, had from here. */
  close(object: T): void;
}

/** How instances of one class cross to another process: as plain data that finds the same shared state there. */
export interface WireType<T extends object = object, Data = unknown> {
  /** Name on the wire; equal in every process of a tree. */
  readonly tag: string;
  readonly class: abstract new (...args: never[]) => T;
  /** `"tree"`: its state is shared memory, so it cannot go to another process of the operating system. */
  readonly scope?: "tree";
  /** With a scope: that it can be used from there nevertheless, by calls. */
  readonly lending?: Lending<T>;
  /** Plain data (numbers, strings, arrays, plain objects) from which `decode` attaches to the same state. */
  encode(value: T): Data;
  decode(data: Data): T;
}

const byPrototype = new Map<object, WireType>();
const byTag = new Map<string, WireType>();

let outside: Outside | undefined;

/** Runs `encode`, whose result is for another process of the operating system: see `WireType.scope`. */
export function encodingForOutside<R>(encode: () => R, to: Outside = "stranger"): R {
  const before = outside;
  outside = to;
  try {
    return encode();
  } finally {
    outside = before;
  }
}

let isForeign = false;

/**
 * Runs `decode` on what came from a program that may be any: objects in shared memory are refused, since whoever makes
 * their form up could point at any place of this program's memory.
 */
export function decodingForeign<R>(decode: () => R): R {
  const before = isForeign;
  isForeign = true;
  try {
    return decode();
  } finally {
    isForeign = before;
  }
}

/** Whether what is being encoded is for another process of the operating system, which shares no memory. */
export function isEncodingForOutside(): boolean {
  return outside !== undefined;
}

/** Whether what is being encoded may hold the object, whose class has the wire type. */
export function mayTravel(value: object, { scope, lending }: WireType): boolean {
  return scope !== "tree" || outside === undefined || lending?.reaches(value, outside) === true;
}

/** Lets the codec carry instances of `type.class` (and of its subclasses) anywhere inside arguments and results. */
export function registerWire<T extends object, Data>(type: WireType<T, Data>): void {
  byPrototype.set(type.class.prototype as object, type as unknown as WireType);
  byTag.set(type.tag, type as unknown as WireType);
}

/** The wire type of an object, looked up along its prototype chain. */
export function wireTypeOf(value: object): WireType | undefined {
  for (let proto = Object.getPrototypeOf(value); proto !== null; proto = Object.getPrototypeOf(proto)) {
    const type = byPrototype.get(proto);
    if (type !== undefined) return type;
  }
  return undefined;
}

/** The wire type that another process named. */
export function wireTypeByTag(tag: string): WireType | undefined {
  return byTag.get(tag);
}

/** A value of a wire type in the form in which it crosses. */
export type WiredForm = readonly [tag: string, data: unknown];

/** The form of an instance of a registered class. */
export function encodeWired(value: object): WiredForm {
  const { tag, encode } = wireTypeOf(value)!;
  return [tag, encode(value)];
}

/**
 * The instance again. Throws a TypeError where no class of that tag is registered here, an `UnloadedError` where it may
 * be once more modules are loaded, and a TypeError for an object in shared memory that came from another program.
 */
export function decodeWired([tag, data]: WiredForm): object {
  const wireType = wireTypeByTag(tag);
  if (wireType === undefined) throw canLoadMore() ? new UnloadedError() : new TypeError(`Unknown wire type: ${tag}`);
  if (isForeign && wireType.scope === "tree") {
    throw new TypeError(`Refused a ${tag}: it lies in shared memory, which the program that sent it does not share`);
  }
  return wireType.decode(data);
}

/** All wire types of this process, in the order of registration. */
export function wireTypes(): WireType[] {
  return [...byTag.values()];
}

/** How many wire types this process has. */
export function wireTypeCount(): number {
  return byTag.size;
}
