import { ByteFeed } from "./byte_feed.ts";
import type { RunContext } from "./run_context.ts";

/**
 * Has `work` take the bytes of a stream, which is left when that ends or the run stops. Resolves when it is left, if it is
 * this module's own; another's may take its time for that.
 */
export async function withFeed(
  context: RunContext,
  bytes: AsyncIterable<Uint8Array>,
  isOwn: boolean,
  work: (feed: ByteFeed) => Promise<void>,
): Promise<void> {
  const feed = new ByteFeed(bytes);
  const forget = context.onStop((reason) => void feed.cancel(reason));
  try {
    await work(feed);
  } finally {
    forget();
    const left = feed.cancel(undefined);
    if (isOwn) await left;
  }
}
