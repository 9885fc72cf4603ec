import { linearMemory } from "./linear_memory.ts";

/** Atomic operations on a 32-bit word of the linear memory, named by its byte offset. */
interface LinearWord {
  /** As `Atomics.load`. */
  load(address: number): number;
  /** As `Atomics.compareExchange`. */
  compareExchange(address: number, expected: number, next: number): number;
}

/**
 * ```text
 * (import "m" "m" (memory 1 65535 shared))
 * (func (export "load") (param i32) (result i32) (i32.atomic.load (local.get 0)))
 * (func (export "compareExchange") (param i32 i32 i32) (result i32)
 *   (i32.atomic.rmw.cmpxchg (local.get 0) (local.get 1) (local.get 2)))
 * ```
 */
const MODULE =
  "AGFzbQEAAAABDQJgAX8Bf2ADf39/AX8CCwEBbQFtAgMB//8DAwMCAAEHGgIEbG9hZAAAD2NvbXBhcmVFeGNoYW5nZQABChcCCAAgAP4QAgALDAAgACABIAL+SAIACw==";

/**
 * The same as `Atomics` in half the time on V8, which compiles WASM functions into the code that calls them, but calls
 * those of `Atomics`.
 */
export const linearWord: LinearWord = {
  load(address) {
    instantiate();
    return linearWord.load(address);
  },
  compareExchange(address, expected, next) {
    instantiate();
    return linearWord.compareExchange(address, expected, next);
  },
};

function instantiate(): void {
  const module = new WebAssembly.Module(Uint8Array.from(atob(MODULE), (char) => char.charCodeAt(0)));
  const { exports } = new WebAssembly.Instance(module, { m: { m: linearMemory() } });
  const { load, compareExchange } = exports as unknown as LinearWord;
  Object.assign(linearWord, { load, compareExchange });
}
