import type { TextKernel } from "../kernels/text_kernel.ts";

/** What a crew hands to each of its workers at their start. */
export interface CrewInit {
  readonly memory: WebAssembly.Memory;
  readonly kernels: WebAssembly.Module;
  /** The kernel of the user's that the run is of. */
  readonly kernel?: TextKernel | undefined;
}

/** One task of `file_tasks.ts`. */
export interface CrewTask {
  /** Name under which that exports it. */
  readonly task: string;
  readonly args: readonly unknown[];
}

/** Asks a worker for a task or, without a name, to end. */
export type CrewRequest = CrewTask | { readonly task: undefined };

/** What a worker says: who it is, once it is up; then what each task gave. */
export type CrewAnswer =
  /** Its number in the heap of the linear memory. */
  | { readonly owner: number }
  | { readonly result: unknown }
  | { readonly thrown: { readonly name: string; readonly message: string; readonly stack: string } };
