import type { LinkLayout } from "../channel/link_layout.ts";

/** What a host hands to a worker at its start. */
export interface WorkerInit {
  readonly link: LinkLayout;
  /** The words of `HostWord`. */
  readonly hostBell: SharedArrayBuffer;
  /** The linear memory of the process tree. */
  readonly memory: WebAssembly.Memory;
  /** The kernels, where the host has compiled them already. */
  readonly kernels: WebAssembly.Module | undefined;
  readonly name: string;
}

/** A message of a worker about what is going to end it. */
export interface FatalMessage {
  /** `ErrorData` of what was thrown. */
  readonly fatal: unknown;
}
