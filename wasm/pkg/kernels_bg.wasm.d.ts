/* tslint:disable */
/* eslint-disable */
export const double_f32: (a: number, b: number) => void;
export const double_f64: (a: number, b: number) => void;
export const double_i32: (a: number, b: number) => void;
export const first_reset: (a: number, b: number) => number;
export const has_allocated_stack: () => number;
export const incomplete_tail: (a: number, b: number) => number;
export const last_reset: (a: number, b: number) => number;
export const lowercase: (a: number, b: number, c: number, d: number, e: number, f: number, g: number) => void;
export const sigma_follow: (a: number, b: number) => number;
export const __wbindgen_externrefs: WebAssembly.Table;
export const __wbindgen_thread_destroy: (a?: number, b?: number, c?: number) => void;
export const __wbindgen_start: (a: number) => void;
