import { allocateZeroed, exclusively, free, heapOwner } from "../memory/allocator.ts";
import { KERNEL_THREADS } from "../memory/heap_layout.ts";
import { CONTROL } from "../memory/linear_memory.ts";
import { isOwnerGone } from "../memory/owner_deaths.ts";

/**
 * What threads hold of the linear memory for their kernels, in a list that lies there too: a thread that is killed gives
 * nothing back, so the next one that begins to use kernels does that.
 *
 * ```text
 * record   [next] [owner] [base of the thread's own data] [its stack] [its scratch]
 * ```
 * @module
 */

const FIRST = CONTROL + KERNEL_THREADS;
const OWNER = 1;
const DATA = 2;
const STACK = 3;
const SCRATCH = 4;
const RECORD_BYTES = 20;

/** Byte offsets of what one thread holds, 0 for what it does not. */
export interface ThreadHoldings {
  readonly data: number;
  readonly stack: number;
  readonly scratch: number;
}

let own = 0;

/** Notes what this thread holds; parts that are left out stay as they were. */
export function noteHoldings({ data, stack, scratch }: Partial<ThreadHoldings>): void {
  const made = own === 0 ? allocateZeroed(RECORD_BYTES) : 0;
  const owner = heapOwner();
  exclusively((words) => {
    const record = (own || made) >>> 2;
    if (data !== undefined) words[record + DATA] = data;
    if (stack !== undefined) words[record + STACK] = stack;
    if (scratch !== undefined) words[record + SCRATCH] = scratch;
    if (made === 0) return;
    words.set([words[FIRST]!, owner], record);
    words[FIRST] = made;
  });
  own ||= made;
}

/** Forgets what this thread holds, which it gives back by itself. */
export function forgetHoldings(): void {
  if (own === 0) return;
  take((record) => record === own);
  free(own);
  own = 0;
}

/** What a thread held that has ended since, `undefined` where there is none. The caller gives it back. */
export function takeDeadHoldings(): ThreadHoldings | undefined {
  const found = take((record, words) => isOwnerGone(words[(record >>> 2) + OWNER]!));
  if (found === undefined) return undefined;
  free(found.record);
  return found.holdings;
}

/** Takes the first record that is `wanted` out of the list. */
function take(
  wanted: (record: number, words: Uint32Array) => boolean,
): { record: number; holdings: ThreadHoldings } | undefined {
  return exclusively((words) => {
    for (let link = FIRST; words[link] !== 0; link = words[link]! >>> 2) {
      const record = words[link]!;
      if (!wanted(record, words)) continue;
      const at = record >>> 2;
      const holdings = { data: words[at + DATA]!, stack: words[at + STACK]!, scratch: words[at + SCRATCH]! };
      words[link] = words[at]!;
      return { record, holdings };
    }
    return undefined;
  });
}
