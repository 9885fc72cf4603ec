/* tslint:disable */
/* eslint-disable */

/**
 * Doubles `length` f32 items in place.
 */
export function double_f32(address: number, length: number): void;

/**
 * Doubles `length` f64 items in place.
 */
export function double_f64(address: number, length: number): void;

/**
 * Doubles `length` i32 items in place; overflow wraps.
 */
export function double_i32(address: number, length: number): void;

/**
 * Offset of the first byte before which text may be cut so that both sides are independent; `length` if there is none.
 */
export function first_reset(address: number, length: number): number;

/**
 * Whether this thread's stack was allocated for it. The first thread that uses the kernels has the module's own stack,
 * which nothing may free.
 */
export function has_allocated_stack(): boolean;

/**
 * Bytes at the end that begin a UTF-8 sequence which more input may complete: 0 to 3.
 */
export function incomplete_tail(address: number, length: number): number;

/**
 * Offset of the last byte before which text may be cut so that both sides are independent; `u32::MAX` if there is none.
 */
export function last_reset(address: number, length: number): number;

/**
 * Lower-cases UTF-8. `options`: bits 0-1 the invalid mode (0 pass, 1 error, 2 replace), bits 2-3 the end of the input
 * (0 more may follow, 1 the end, 2 a Cased code point follows). `context`: 1 if the last code point before the
 * source that is not Case_Ignorable was Cased. Writes status, consumed, produced and the new context at `result`.
 */
export function lowercase(source: number, length: number, destination: number, capacity: number, options: number, context: number, result: number): void;

/**
 * What follows a sigma: 0 only Case_Ignorable so far, 1 a code point that is not Cased or an invalid byte, 2 a Cased one.
 */
export function sigma_follow(address: number, length: number): number;

export type InitInput = RequestInfo | URL | Response | BufferSource | WebAssembly.Module;

export interface InitOutput {
    readonly double_f32: (a: number, b: number) => void;
    readonly double_f64: (a: number, b: number) => void;
    readonly double_i32: (a: number, b: number) => void;
    readonly first_reset: (a: number, b: number) => number;
    readonly has_allocated_stack: () => number;
    readonly incomplete_tail: (a: number, b: number) => number;
    readonly last_reset: (a: number, b: number) => number;
    readonly lowercase: (a: number, b: number, c: number, d: number, e: number, f: number, g: number) => void;
    readonly sigma_follow: (a: number, b: number) => number;
    readonly __wbindgen_externrefs: WebAssembly.Table;
    readonly __wbindgen_thread_destroy: (a?: number, b?: number, c?: number) => void;
    readonly __wbindgen_start: (a: number) => void;
}

export type SyncInitInput = BufferSource | WebAssembly.Module;

/**
 * Instantiates the given `module`, which can either be bytes or
 * a precompiled `WebAssembly.Module`.
 *
 * @param {{ module: SyncInitInput, memory?: WebAssembly.Memory, thread_stack_size?: number }} module - Passing `SyncInitInput` directly is deprecated.
 * @param {WebAssembly.Memory} memory - Deprecated.
 *
 * @returns {InitOutput}
 */
export function initSync(module: { module: SyncInitInput, memory?: WebAssembly.Memory, thread_stack_size?: number } | SyncInitInput, memory?: WebAssembly.Memory): InitOutput;

/**
 * If `module_or_path` is {RequestInfo} or {URL}, makes a request and
 * for everything else, calls `WebAssembly.instantiate` directly.
 *
 * @param {{ module_or_path: InitInput | Promise<InitInput>, memory?: WebAssembly.Memory, thread_stack_size?: number }} module_or_path - Passing `InitInput` directly is deprecated.
 * @param {WebAssembly.Memory} memory - Deprecated.
 *
 * @returns {Promise<InitOutput>}
 */
export default function __wbg_init (module_or_path?: { module_or_path: InitInput | Promise<InitInput>, memory?: WebAssembly.Memory, thread_stack_size?: number } | InitInput | Promise<InitInput>, memory?: WebAssembly.Memory): Promise<InitOutput>;
