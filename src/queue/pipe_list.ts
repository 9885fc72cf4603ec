import { exclusively } from "../memory/allocator.ts";
import { PIPES } from "../memory/heap_layout.ts";
import { CONTROL } from "../memory/linear_memory.ts";

/**
 * All pipes of the shared memory, in a list that lies there too: a pipe is freed with its last handle, and where the
 * threads that had the last ones were killed, another one has to find it.
 */
const FIRST = CONTROL + PIPES;

/** Word of a pipe, behind those of its handles, that has the offset of the next one. */
export const NEXT_PIPE = 40;

/** Adds the pipe at an offset. */
export function listPipe(byteOffset: number): void {
  exclusively((words) => {
    words[(byteOffset >>> 2) + NEXT_PIPE] = words[FIRST]!;
    words[FIRST] = byteOffset;
  });
}

/** Takes the pipe at an offset out. */
export function unlistPipe(byteOffset: number): void {
  takePipe((_, pipe) => pipe === byteOffset >>> 2);
}

/** Takes out the first pipe that is `wanted`, which is asked for the word that it begins with; undefined if none is. */
export function takePipe(wanted: (words: Uint32Array, pipe: number) => boolean): number | undefined {
  return exclusively((words) => {
    for (let link = FIRST; words[link] !== 0; link = (words[link]! >>> 2) + NEXT_PIPE) {
      const byteOffset = words[link]!;
      if (!wanted(words, byteOffset >>> 2)) continue;
      words[link] = words[(byteOffset >>> 2) + NEXT_PIPE]!;
      return byteOffset;
    }
    return undefined;
  });
}
