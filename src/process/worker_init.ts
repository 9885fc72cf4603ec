import type { LinkLayout } from "../channel/link_layout.ts";
import type { ProcessCall } from "./process_call.ts";
import type { IdentityInit } from "./process_identity.ts";
import type { StartMethod } from "./start_method.ts";

/** What a host hands to a worker at its start. */
export interface WorkerInit {
  readonly link: LinkLayout;
  /** The words of `HostWord`. */
  readonly hostBell: SharedArrayBuffer;
  /** The linear memory of the process tree. */
  readonly memory: WebAssembly.Memory;
  /** The kernels, where the host has compiled them already. */
  readonly kernels: WebAssembly.Module | undefined;
  readonly identity: IdentityInit;
  /** How the worker was started. */
  readonly method: StartMethod;
  /** Memory of the link by which the host itself is hosted, where its end can be seen. */
  readonly parentLife: SharedArrayBuffer | undefined;
  /** Whether it tells its host how much memory it has. */
  readonly tellsMemory: boolean;
  /** The one call of a `Process`; without it the worker serves tasks. */
  readonly call: ProcessCall | undefined;
}
