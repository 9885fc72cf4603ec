import { crc32 } from "../core/crc32.ts";
import { UnsupportedError } from "../core/errors.ts";
import { linearMemory } from "../memory/linear_memory.ts";

/** Where text may be cut for a kernel: anywhere, between UTF-8 characters, or after line feeds only. */
export type TextCut = "bytes" | "characters" | "lines";

/** The function of a kernel that the text pipeline calls. */
export interface TextFunction {
  /** Name under which the WASM exports it. */
  readonly export: string;
  /** Where the pieces that it gets may start and end; between `"characters"` unless given. */
  readonly cut?: TextCut;
  /** Bytes of output at most for each byte of input, above 0 and up to 64; 1 unless given. */
  readonly growth?: number;
}

/** A kernel as the text pipeline uses it; plain data but for the module, so that it goes to workers. */
export interface TextKernel {
  readonly module: WebAssembly.Module;
  /** Of the WASM's bytes. */
  readonly checksum: number;
  /** Name of the function. */
  readonly name: string;
  readonly cut: TextCut;
  readonly growth: number;
}

/** Works on a piece in place, or writes what it becomes elsewhere and returns the length of that. */
export type TextCall = (source: number, length: number, destination?: number, capacity?: number) => unknown;

const MAX_GROWTH = 64;
const CUTS: readonly TextCut[] = ["bytes", "characters", "lines"];
/** Parameters of a function that works in place, and of one that writes elsewhere. */
const IN_PLACE_PARAMETERS = 2;
const COPY_PARAMETERS = 4;

// A symbol of the global registry, so that two copies of this module in one program know each other's kernels.
const textKernelKey: unique symbol = Symbol.for("manyhands.textKernel") as never;

/** Checks what the pipeline is to call. Throws `TypeError` and `RangeError`. */
export function textKernel(
  module: WebAssembly.Module,
  bytes: Uint8Array,
  { export: name, cut = "characters", growth = 1 }: TextFunction,
): TextKernel {
  const isThere = WebAssembly.Module.exports(module).some((found) => found.kind === "function" && found.name === name);
  if (!isThere) {
    throw new TypeError(`Cannot register a kernel: the WASM exports no function ${JSON.stringify(name)}`);
  }
  if (!CUTS.includes(cut)) {
    throw new TypeError(
      `Cannot register a kernel: expected cut to be "bytes", "characters" or "lines", found ${JSON.stringify(cut)}`,
    );
  }
  if (!(typeof growth === "number" && growth > 0 && growth <= MAX_GROWTH)) {
    throw new RangeError(
      `Cannot register a kernel: expected growth to be above 0 and up to ${MAX_GROWTH}, found ${String(growth)}`,
    );
  }
  return { module, checksum: crc32(bytes), name, cut, growth };
}

/** Gives a kernel what the text pipeline needs of it; returns the kernel. */
export function markTextKernel<F extends (...args: never[]) => unknown>(kernel: F, text: TextKernel): F {
  Object.defineProperty(kernel, textKernelKey, { value: text, configurable: true });
  return kernel;
}

/** What the text pipeline needs of a kernel; undefined where it is none for text. */
export function textKernelOf(kernel: unknown): TextKernel | undefined {
  return typeof kernel === "function" ? (kernel as { [textKernelKey]?: TextKernel })[textKernelKey] : undefined;
}

/**
 * The kernel's function on the linear memory of this thread.
 *
 * @throws {UnsupportedError} where the WASM cannot work on that memory
 * @throws {TypeError} where the function takes neither two parameters nor four
 */
export function openTextKernel({ module, name }: TextKernel): { readonly call: TextCall; readonly isInPlace: boolean } {
  const call = instantiateKernel(module).exports[name] as TextCall;
  if (call.length !== IN_PLACE_PARAMETERS && call.length !== COPY_PARAMETERS) {
    throw new TypeError(
      `Cannot use the kernel for text: expected ${name} to take 2 or 4 parameters, found ${call.length}`,
    );
  }
  return { call, isInPlace: call.length === IN_PLACE_PARAMETERS };
}

/** An instance of a kernel's WASM on the linear memory. Throws `UnsupportedError` where that cannot be. */
export function instantiateKernel(module: WebAssembly.Module): WebAssembly.Instance {
  const [memory] = WebAssembly.Module.imports(module);
  try {
    return new WebAssembly.Instance(module, { [memory!.module]: { [memory!.name]: linearMemory() } });
  } catch (cause) {
    throw new UnsupportedError(
      `Cannot use the WASM as a kernel: expected a shared memory of up to 65535 pages as its import: ${
        (cause as Error).message
      }`,
      { cause },
    );
  }
}
