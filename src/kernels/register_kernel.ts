import { throwIfStopRequested } from "../core/stop_request.ts";
import { markInPlace, markTask } from "../core/task_reference.ts";
import { isLinearView } from "../memory/linear_memory.ts";
import type { TypedArray } from "../memory/typed_array.ts";
import { typecodeArrays } from "../memory/typecode_arrays.ts";
import { readUrl } from "../runtime/read_url.ts";
import { compileKernel } from "./kernel_module.ts";
import { workInScratch } from "./scratch.ts";
import { instantiateKernel, markTextKernel, type TextFunction, textKernel } from "./text_kernel.ts";

/** Items of a kernel between two looks at the stop word. */
const SLICE_ITEMS = 1 << 20;

/** A typecode of the items that a kernel works on: those of `SharedArray`. */
export type KernelTypecode = "b" | "B" | "c" | "h" | "H" | "i" | "I" | "l" | "L" | "q" | "Q" | "f" | "d";

/** Names of the functions of a kernel. */
export interface KernelFunctions extends Readonly<Partial<Record<KernelTypecode, string>>> {
  /** What `mapKernel` of the text pipeline calls; where there is none, the function for typecode `"B"`. */
  readonly text?: TextFunction;
}

/** A kernel of one's own: it works on all items of an array in place and returns the array. */
export type RegisteredKernel = <T extends ArrayBufferView>(array: T) => T;

/** Kernels that each module has registered: they have numbers, in the order of its text in every thread. */
const counts: Map<string, number> = new Map();

type Work = (address: number, length: number) => void;

/**
 * Makes functions of a WASM module a kernel, as `kernels.double` is one: `pool.mapInPlace` runs it on ranges of a
 * `SharedArray` where they lie, in all workers at once, and it may be called, or sent to a worker as a task, with any
 * typed array. Call it at the top level of a module, as `task`: each worker registers the kernel when it loads the
 * module. One with a function for text runs in `mapKernel` of `manyhands/text` too. Without a counterpart in Python.
 *
 * The contract: a function takes the byte offset of the first item and the number of items, both i32, and returns
 * nothing; it reads and writes those items only; calls on different ranges may run at the same time, in any order, and
 * one call's range may be any part of an array. The module imports one memory, declared shared with a maximum of 65535
 * pages or more, and nothing else; it has no data, no start function and no stack, since their addresses in the memory
 * are somebody else's. A view on the linear memory is worked on where it lies, any other array is copied through it.
 *
 * @param base the module that calls this: `import.meta`, or the module's URL
 * @param source the WASM's URL (`file:` or `data:`), or its bytes
 * @param exports the name of the exported function for each typecode of items that there is one for, and for text
 * @throws {UnsupportedError} where the WASM breaks the contract, or the URL is of another kind
 * @throws {WebAssembly.CompileError} where the source is no WASM
 * @throws {TypeError} where an export is missing, or `base` holds no URL; the kernel throws it for other arrays
 *
 * @example
 * ```ts ignore
 * // negate.wat: (module (import "env" "memory" (memory 1 65535 shared))
 * //   (func (export "negate") (param $at i32) (param $length i32) …))
 * const negate = registerKernel(import.meta, new URL("./negate.wasm", import.meta.url), { d: "negate" });
 *
 * if (isMainProcess) {
 *   const pool = new Pool(2);
 *   const array = new SharedArray("d", [1, 2, 3]);
 *   await pool.mapInPlace(negate, array);
 *   console.log(array.toArray()); // [ -1, -2, -3 ]
 *   await pool.terminate();
 * }
 * ```
 */
export function registerKernel(
  base: { readonly url: string } | URL | string,
  source: URL | Uint8Array<ArrayBuffer>,
  exports: KernelFunctions,
): RegisteredKernel {
  const url = typeof base === "string" ? base : base instanceof URL ? base.href : base?.url;
  if (typeof url !== "string" || !URL.canParse(url)) {
    throw new TypeError(`Cannot register a kernel: expected import.meta or a module's URL, found ${String(url)}`);
  }
  const bytes = source instanceof URL ? readUrl(source) : source;
  const module = compileKernel(bytes);
  const { text, ...items } = exports;
  const nameOf = functionNames(module, items);
  const called: TextFunction | undefined = text ??
    (items.B === undefined ? undefined : { export: items.B, cut: "bytes" });
  if (nameOf.size === 0 && called === undefined) {
    throw new TypeError("Cannot register a kernel: expected at least one exported function");
  }
  let instance: WebAssembly.Instance | undefined;
  const workOn = (arrayName: string | undefined, described: string): Work => {
    const name = arrayName === undefined ? undefined : nameOf.get(arrayName);
    if (name === undefined) {
      throw new TypeError(
        `Cannot run the kernel on ${described}: expected one of ${
          [...nameOf.keys()].join(", ") || "no arrays, but text"
        }`,
      );
    }
    instance ??= instantiateKernel(module);
    return instance.exports[name] as Work;
  };

  const inPlace = (typecode: string, byteOffset: number, length: number): void => {
    const kind = typecodeArrays[typecode as KernelTypecode];
    const work = workOn(kind?.name, `items of typecode ${JSON.stringify(typecode)}`);
    runInSlices(work, byteOffset, length, kind.BYTES_PER_ELEMENT);
  };
  const kernel: RegisteredKernel = (array) => {
    const arrayName = Object.prototype.toString.call(array).slice(8, -1);
    runOnArray(workOn(arrayName, arrayName), array as unknown as TypedArray);
    return array;
  };
  if (called !== undefined) markTextKernel(kernel, textKernel(module, bytes, called));
  const count = counts.get(url) ?? 0;
  counts.set(url, count + 1);
  const name = `kernel ${count}`;
  return markInPlace(markTask(kernel, { url, name }), markTask(inPlace, { url, name: `${name} in place` }));
}

/** The function for each kind of array, by the array's name. */
function functionNames(
  module: WebAssembly.Module,
  exports: Readonly<Partial<Record<KernelTypecode, string>>>,
): Map<string, string> {
  const functions = new Set(
    WebAssembly.Module.exports(module).filter(({ kind }) => kind === "function")
      .map(({ name }) => name),
  );
  const names = new Map<string, string>();
  for (const [typecode, name] of Object.entries(exports)) {
    if (!Object.hasOwn(typecodeArrays, typecode)) {
      throw new TypeError(`Cannot register a kernel: expected typecodes, found ${JSON.stringify(typecode)}`);
    }
    if (!functions.has(name)) {
      throw new TypeError(`Cannot register a kernel: the WASM exports no function ${JSON.stringify(name)}`);
    }
    names.set(typecodeArrays[typecode as KernelTypecode].name, name);
  }
  return names;
}

function runInSlices(work: Work, byteOffset: number, length: number, itemBytes: number): void {
  for (let at = 0; at < length; at += SLICE_ITEMS) {
    throwIfStopRequested();
    work(byteOffset + at * itemBytes, Math.min(SLICE_ITEMS, length - at));
  }
}

function runOnArray(work: Work, array: TypedArray): void {
  const { buffer, byteOffset, byteLength, length, BYTES_PER_ELEMENT } = array;
  if (isLinearView(array)) {
    runInSlices(work, byteOffset, length, BYTES_PER_ELEMENT);
    return;
  }
  workInScratch(new Uint8Array(buffer, byteOffset, byteLength), (input, length) => {
    throwIfStopRequested();
    work(input, length / BYTES_PER_ELEMENT);
  });
}
