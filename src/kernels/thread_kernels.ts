/**
 * What a thread that starts or stops does about kernels. Apart from the kernels, which are large, since most threads use
 * none.
 * @module
 */

let module: WebAssembly.Module | undefined;
let release: () => void = () => {};

/** The kernels' module if this thread has it; never compiles. For passing it on to a new worker. */
export function compiledKernelModule(): WebAssembly.Module | undefined {
  return module;
}

/** Takes over the module that another thread compiled. */
export function adoptKernelModule(compiled: WebAssembly.Module): void {
  module = compiled;
}

/** Says what gives back what this thread's kernels hold. */
export function releaseKernelsBy(giveBack: () => void): void {
  release = giveBack;
}

/**
 * Gives what this thread's kernels hold of the linear memory, their stack above all, back to it. A worker that stops
 * cleanly calls it last; no kernel runs in this thread afterwards.
 */
export function releaseKernelThread(): void {
  release();
}
