import { hiddenBeside } from "../runtime/files.ts";

/** The path under which an output of the checkpoint `id` is written before it is complete. */
export function draftPath(target: string, id: string): string {
  return hiddenBeside(target, `${id}.tmp`);
}
