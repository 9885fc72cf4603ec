import { TaskEncodingError } from "../core/errors.ts";
import { isEncodingForOutside, mayTravel, wireTypeOf } from "../core/wire.ts";
import { nodeBuffer, viewClasses } from "./view_classes.ts";

/** How a value can travel: as packed bytes, or only as a structured clone. */
export type Carriage = "packed" | "cloned";

const refusedTags = new Map([
  ["[object Promise]", "a promise (await it first)"],
  ["[object WeakMap]", "a WeakMap"],
  ["[object WeakSet]", "a WeakSet"],
  ["[object WeakRef]", "a WeakRef"],
  ["[object Generator]", "a generator"],
  ["[object AsyncGenerator]", "an async generator"],
  ["[object AbortSignal]", "an AbortSignal (pass it as the option signal)"],
]);

/** Views that the packer gives back as what they are; instances of subclasses and of younger classes are cloned. */
const packedViews = new Set<object>([...viewClasses, nodeBuffer ?? Uint8Array].map((view) => view.prototype));

/** Values nested deeper than this are cloned: packing recurses, and a reader's stack may be shorter than the writer's. */
const PACKED_DEPTH = 500;

/** Values nested deeper than this are refused: engines differ in how deep they can read, and some threads have short stacks. */
const DEEPEST = 1000;

const packedTags = new Set(["[object Date]", "[object RegExp]", "[object Error]", "[object ArrayBuffer]"]);

/** Characters that are shown of the path to a part that lies too deep. */
const SHOWN_PATH = 60;

const boxedTags = new Set(["[object Boolean]", "[object Number]", "[object String]", "[object BigInt]"]);

/**
 * Walks a value that is about to be sent. Says how it can travel, and throws `TaskEncodingError` with the path to the
 * first part that cannot travel at all. `root` names the value in that path: `args`, `result`.
 */
export function inspect(value: unknown, root: string): Carriage {
  return walk(new Inspection(isEncodingForOutside()), value, root);
}

/** As `inspect`, for a value that is to become bytes: also refuses what only a message to a thread can carry. */
export function inspectForBytes(value: unknown, root: string): Carriage {
  return walk(new Inspection(true), value, root);
}

function walk(inspection: Inspection, value: unknown, root: string): Carriage {
  try {
    return inspection.visit(value, root);
  } catch (error) {
    // On a stack that was nearly full before.
    if (error instanceof RangeError && inspection.depth > PACKED_DEPTH) throw tooDeep(root, error);
    throw error;
  }
}

/** What is thrown for a part at `path` that lies too deep. */
export function tooDeep(path: string, cause?: unknown): TaskEncodingError {
  const start = path.length > SHOWN_PATH ? `${path.slice(0, SHOWN_PATH)}…` : path;
  return new TaskEncodingError(start, `nested too deeply: expected ${DEEPEST} levels at most`, { cause });
}

/** Whether the packer keeps the string: its decoder drops a byte order mark and replaces lone surrogates. */
function isPackedString(text: string): boolean {
  return text.charCodeAt(0) !== 0xfeff && text.isWellFormed();
}

class Inspection {
  readonly #seen = new Set<object>();
  readonly #isForBytes: boolean;
  /** How deep the part that is being visited lies. */
  depth = 0;

  constructor(isForBytes: boolean) {
    this.#isForBytes = isForBytes;
  }

  visit(value: unknown, path: string): Carriage {
    switch (typeof value) {
      case "string":
        return isPackedString(value) ? "packed" : "cloned";
      case "number":
        return Object.is(value, -0) ? "cloned" : "packed";
      case "function":
        throw new TaskEncodingError(path, value.name === "" ? "a function" : `the function ${value.name}`);
      case "symbol":
        throw new TaskEncodingError(path, `a symbol: ${String(value)}`);
      case "object":
        return value === null ? "packed" : this.#visitNested(value, path);
      default:
        return "packed";
    }
  }

  #visitNested(value: object, path: string): Carriage {
    if (++this.depth > DEEPEST) throw tooDeep(path);
    const carriage = this.#visitObject(value, path);
    return this.depth-- > PACKED_DEPTH ? "cloned" : carriage;
  }

  #visitObject(value: object, path: string): Carriage {
    const wireType = wireTypeOf(value);
    if (wireType !== undefined) {
      if (mayTravel(value, wireType)) return "packed";
      throw new TaskEncodingError(
        path,
        `a ${wireType.tag}, whose memory another operating-system process does not share`,
      );
    }
    // A second reference to one object: only a structured clone keeps the identity (and can follow a cycle).
    if (this.#seen.has(value)) return "cloned";
    this.#seen.add(value);
    if (Array.isArray(value)) return this.#visitArray(value, path);
    if (value instanceof Map) return orCloned(this.#visitMap(value, path), Map, value);
    if (value instanceof Set) {
      return orCloned(this.#visitAll([...value], (i) => `${path}.values()[${i}]`), Set, value);
    }
    if (ArrayBuffer.isView(value)) {
      if (this.#isForBytes && !(value.buffer instanceof ArrayBuffer)) {
        throw new TaskEncodingError(path, "a view on shared memory, which goes to threads only");
      }
      return value.buffer instanceof ArrayBuffer && packedViews.has(Object.getPrototypeOf(value)) ? "packed" : "cloned";
    }
    const tag = Object.prototype.toString.call(value);
    const refused = refusedTags.get(tag);
    if (refused !== undefined) throw new TaskEncodingError(path, refused);
    if (packedTags.has(tag) || value instanceof Error) return "packed";
    if (tag !== "[object Object]") {
      if (this.#isForBytes && !boxedTags.has(tag)) {
        throw new TaskEncodingError(path, `${tag}, which goes to threads only`);
      }
      return cloneable(value, tag, path);
    }
    return this.#visitRecord(value as Record<string, unknown>, path);
  }

  #visitArray(value: unknown[], path: string): Carriage {
    let carriage: Carriage = "packed";
    for (let i = 0; i < value.length; i++) {
      const item = value[i];
      if (item === undefined && !(i in value)) carriage = "cloned";
      if (this.visit(item, `${path}[${i}]`) === "cloned") carriage = "cloned";
    }
    return carriage;
  }

  #visitAll(values: unknown[], path: (index: number) => string): Carriage {
    let carriage: Carriage = "packed";
    for (let i = 0; i < values.length; i++) {
      if (this.visit(values[i], path(i)) === "cloned") carriage = "cloned";
    }
    return carriage;
  }

  #visitMap(value: Map<unknown, unknown>, path: string): Carriage {
    const keys = this.#visitAll([...value.keys()], (i) => `${path}.keys()[${i}]`);
    const values = this.#visitAll([...value.values()], (i) => `${path}.values()[${i}]`);
    return keys === "cloned" ? keys : values;
  }

  #visitRecord(value: Record<string, unknown>, path: string): Carriage {
    let carriage: Carriage = "packed";
    for (const key of Object.keys(value)) {
      if (key === "__proto__" || !isPackedString(key)) carriage = "cloned";
      const step = /^[\p{ID_Start}_$][\p{ID_Continue}$]*$/u.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
      if (this.visit(value[key], path + step) === "cloned") carriage = "cloned";
    }
    return carriage;
  }
}

/** There is no other way to know of an object of the runtime whether it can be cloned than to do it. */
function cloneable(value: object, tag: string, path: string): Carriage {
  try {
    structuredClone(value);
  } catch (error) {
    throw new TaskEncodingError(path, `an object that cannot be cloned: ${tag}`, { cause: error });
  }
  return "cloned";
}

/** The packer knows a collection by its own class only; a clone of an instance of a subclass is a plain one. */
function orCloned(carriage: Carriage, known: { readonly prototype: object }, value: object): Carriage {
  return Object.getPrototypeOf(value) === known.prototype ? carriage : "cloned";
}
