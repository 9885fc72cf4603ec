/** How instances of one class cross to another process: as plain data that finds the same shared state there. */
export interface WireType<T extends object = object, Data = unknown> {
  /** Name on the wire; equal in every process of a tree. */
  readonly tag: string;
  readonly class: abstract new (...args: never[]) => T;
  /** `"tree"`: its state is shared memory, so it cannot go to another process of the operating system. */
  readonly scope?: "tree";
  /** Plain data (numbers, strings, arrays, plain objects) from which `decode` attaches to the same state. */
  encode(value: T): Data;
  decode(data: Data): T;
}

const byPrototype = new Map<object, WireType>();
const byTag = new Map<string, WireType>();

let isOutside = false;

/** Runs `encode`, whose result is for another process of the operating system: see `WireType.scope`. */
export function encodingForOutside<R>(encode: () => R): R {
  const before = isOutside;
  isOutside = true;
  try {
    return encode();
  } finally {
    isOutside = before;
  }
}

/** Whether what is being encoded is for another process of the operating system, which shares no memory. */
export function isEncodingForOutside(): boolean {
  return isOutside;
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

/** The instance again. Throws a TypeError where no class of that tag is registered here. */
export function decodeWired([tag, data]: WiredForm): object {
  const wireType = wireTypeByTag(tag);
  if (wireType === undefined) throw new TypeError(`Unknown wire type: ${tag}`);
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
