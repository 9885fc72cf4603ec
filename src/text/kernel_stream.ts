import type { ByteFeed } from "./byte_feed.ts";
import { failureError } from "./file_failure.ts";
import { kernelSlot } from "./file_tasks.ts";
import { lineTooLong } from "./kernel_pieces.ts";
import type { OrderedRun } from "./ordered_run.ts";
import type { RunContext } from "./run_context.ts";
import { memoryView } from "./slot.ts";
import { type StreamText, withFeed } from "./stream_feed.ts";
import { resultOf } from "./task_runner.ts";
import { lastCut } from "./text_cut.ts";

/**
 * Has a kernel work on a stream, as `lowerStream` lower-cases one, with the same arguments: the main thread fills slots
 * and cuts each where the text may be cut.
 */
export async function kernelStream(context: RunContext, stream: StreamText, ordered: OrderedRun): Promise<void> {
  await withFeed(context, stream, (feed) => cutStream(context, stream, feed, ordered));
}

async function cutStream(
  context: RunContext,
  { name, isLive, start, enter, onPiece }: StreamText,
  feed: ByteFeed,
  ordered: OrderedRun,
): Promise<void> {
  const { runner, settings, slots, chunkBytes } = context;
  let offset = start?.consumed ?? 0;
  /** Fewer bytes than these have no place to cut. */
  let minimum = 0;
  while (!feed.ended) {
    if (minimum === 0) await enter?.();
    const slot = await slots.acquire();
    let isHandedOver = false;
    try {
      const view = () => memoryView(slot.input, chunkBytes);
      const length = await feed.fill(view, 0, (end) => isLive && end > minimum && ordered.idle);
      if (length === 0 || ordered.failed || context.stopped) return;
      const cut = feed.ended ? length : lastCut(settings.kernel!.cut, memoryView(slot.input, length));
      if (cut === 0 && length === chunkBytes) throw failureError(lineTooLong(offset, length).data, name, name);
      // The slot may be used again once it is handed over.
      feed.giveBack(memoryView(slot.input + cut, length - cut).slice());
      minimum = cut === 0 ? length : 0;
      if (cut === 0) continue;
      const part = { path: name, offset };
      isHandedOver = true;
      ordered.add(slot, async (resume) => {
        return resultOf(await runner.apply(kernelSlot, [part, cut, slot, settings, resume]), name, name);
      });
      offset += cut;
      onPiece?.({ consumed: offset, context: 0 });
    } finally {
      if (!isHandedOver) slots.release(slot);
    }
  }
}
