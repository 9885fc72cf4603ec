import type { ProcessCall } from "./process_call.ts";
import type { IdentityInit } from "./process_identity.ts";

/** What a child is told at its start. */
export interface ChildInit {
  /** Without the counter, which is shared memory: the child's threads have one of their own. */
  readonly identity: Omit<IdentityInit, "counter">;
  /** Whether it tells its parent how much memory it has. */
  readonly tellsMemory: boolean;
  readonly call: ProcessCall | undefined;
}
