import * as glue from "../../wasm/pkg/kernels.js";
import { ManyhandsError } from "../core/errors.ts";
import { isRetired } from "../core/retirement.ts";
import { free } from "../memory/allocator.ts";
import { linearMemory } from "../memory/linear_memory.ts";
import { kernelsBase64 } from "./kernels_bytes.ts";
import { releaseKernelScratch } from "./scratch.ts";
import { adoptKernelModule, compiledKernelModule, releaseKernelsBy } from "./thread_kernels.ts";
import { forgetHoldings, noteHoldings, takeDeadHoldings } from "./thread_records.ts";

/** The kernels' functions. Pointers are byte offsets into the linear memory, lengths are bytes unless they say items. */
export interface KernelExports {
  /** Doubles `length` items in place. */
  double_f64(address: number, length: number): void;
  /** Doubles `length` items in place. */
  double_f32(address: number, length: number): void;
  /** Doubles `length` items in place; overflow wraps. */
  double_i32(address: number, length: number): void;
  /** See `lowercaseRange` for what the arguments mean; writes status, consumed, produced and context at `result`. */
  lowercase(
    source: number,
    length: number,
    destination: number,
    capacity: number,
    options: number,
    context: number,
    result: number,
  ): void;
  /** Offset of the first byte before which text may be cut so that both sides are independent; `length` if none is. */
  first_reset(address: number, length: number): number;
  /** Offset of the last byte before which text may be cut so that both sides are independent; 2³² - 1 if none is. */
  last_reset(address: number, length: number): number;
  /** What follows a sigma: 0 only Case_Ignorable so far, 1 no Cased code point, 2 a Cased one. */
  sigma_follow(address: number, length: number): number;
  /** Bytes at the end that begin a UTF-8 sequence which more input may complete: 0 to 3. */
  incomplete_tail(address: number, length: number): number;
}

// The kernels call nothing deep; a worker's stack is as small as the glue lets it be (a page of linear memory).
const THREAD_STACK_BYTES = 65536;

let instance: ReturnType<typeof glue.initSync> | undefined;
let isReleased = false;

/** The kernels' module, compiled at the first call in this thread unless another thread's was adopted before. */
export function kernelModule(): WebAssembly.Module {
  let module = compiledKernelModule();
  if (module === undefined) adoptKernelModule(module = new WebAssembly.Module(decodeBase64(kernelsBase64)));
  return module;
}

/**
 * The kernels on this process tree's linear memory, instantiated at the first call in this thread.
 *
 * @throws {ManyhandsError} with code `ERR_KERNELS_RELEASED` after `releaseKernelThread`.
 */
export function kernelExports(): KernelExports {
  if (instance === undefined) {
    if (isReleased) {
      throw new ManyhandsError("ERR_KERNELS_RELEASED", "Cannot use kernels: this thread has given its stack back");
    }
    instance = glue.initSync({
      module: kernelModule(),
      memory: linearMemory(),
      thread_stack_size: THREAD_STACK_BYTES,
    });
    noteOwnStack();
    releaseDeadThreads();
  }
  return glue;
}

function noteOwnStack(): void {
  // The first thread of the memory has the module's own stack.
  if (!glue.has_allocated_stack()) return;
  const { __tls_base: data, __stack_alloc: stack } = instance as unknown as Record<string, WebAssembly.Global>;
  noteHoldings({ data: data!.value as number, stack: stack!.value as number });
}

/** Gives back what threads held that were ended before they could. */
function releaseDeadThreads(): void {
  for (let dead = takeDeadHoldings(); dead !== undefined; dead = takeDeadHoldings()) {
    if (dead.scratch !== 0) free(dead.scratch);
    if (dead.stack !== 0) instance!.__wbindgen_thread_destroy(dead.data, dead.stack, THREAD_STACK_BYTES);
  }
}

releaseKernelsBy(() => {
  // What a thread held that was given up is no longer its own to give back.
  if (isRetired()) return;
  releaseKernelScratch();
  forgetHoldings();
  if (instance !== undefined && glue.has_allocated_stack()) instance.__wbindgen_thread_destroy();
  instance = undefined;
  isReleased = true;
});

function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < bytes.length; at++) bytes[at] = binary.charCodeAt(at);
  return bytes;
}
