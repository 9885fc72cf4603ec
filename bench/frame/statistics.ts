/** What several samples say together. */
export interface Summary {
  readonly median: number;
  readonly low: number;
  readonly high: number;
  /** Half of the way from the lowest to the highest, as a part of the median; 0 for one sample. */
  readonly spread: number;
}

/** The middle of the values; of an even number the mean of the two in the middle. NaN where there are none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Median, ends and spread of the samples, which are at least one. */
export function summarise(samples: readonly number[]): Summary {
  const middle = median(samples);
  const low = Math.min(...samples);
  const high = Math.max(...samples);
  return {
    median: middle,
    low,
    high,
    spread: middle === 0 ? 0 : (high - low) / 2 / middle,
  };
}
