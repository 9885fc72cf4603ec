import type { TextKernel } from "../kernels/text_kernel.ts";

/** What a crew hands to each of its workers at their start. */
export interface CrewInit {
  readonly memory: WebAssembly.Memory;
  readonly kernels: WebAssembly.Module;
  /** The kernel of the user's that the run is of. */
  readonly kernel?: TextKernel | undefined;
}

/** Asks a worker for one task, or, without a name, to end. */
export interface CrewRequest {
  /** Name under which `file_tasks.ts` exports the task. */
  readonly task: string | undefined;
  readonly args: readonly unknown[];
}

/** What a worker says: who it is, once it is up; then what each task gave. */
export type CrewAnswer =
  /** Its number in the heap of the linear memory. */
  | { readonly owner: number }
  | { readonly result: unknown }
  | { readonly thrown: { readonly name: string; readonly message: string; readonly stack: string } };
