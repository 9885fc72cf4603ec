/** The straight line through samples. */
export interface Trend {
  readonly mean: number;
  /** What a unit of `at` adds. */
  readonly slope: number;
  /** Standard error of the slope. */
  readonly error: number;
}

/** One look: when, in minutes, and what it found. */
export interface Sample {
  readonly at: number;
  readonly value: number;
}

/** Least squares. */
export function trendOf(samples: readonly Sample[]): Trend {
  const n = samples.length;
  const meanAt = samples.reduce((sum, { at }) => sum + at, 0) / n;
  const mean = samples.reduce((sum, { value }) => sum + value, 0) / n;
  let [spread, shared] = [0, 0];
  for (const { at, value } of samples) {
    spread += (at - meanAt) ** 2;
    shared += (at - meanAt) * (value - mean);
  }
  const slope = shared / spread;
  const rest = samples.reduce((sum, { at, value }) => sum + (value - mean - slope * (at - meanAt)) ** 2, 0);
  return { mean, slope, error: Math.sqrt(rest / (n - 2) / spread) };
}

/** The smallest value in each of `count` equal parts of the time: what is left when garbage has just been collected. */
export function floors(samples: readonly Sample[], count: number): Sample[] {
  const [first, last] = [samples[0]!.at, samples.at(-1)!.at];
  const width = (last - first) / count;
  const found: Sample[] = [];
  for (let part = 0; part < count; part++) {
    const inPart = samples.filter(({ at }) => Math.min(count - 1, Math.floor((at - first) / width)) === part);
    if (inPart.length > 0) {
      found.push({ at: first + width * (part + 0.5), value: Math.min(...inPart.map(({ value }) => value)) });
    }
  }
  return found;
}

/** Whether the samples grow by more than `tolerance` over the whole time, by a slope that is three standard errors above none. */
export function grows(samples: readonly Sample[], tolerance: number): boolean {
  const { slope, error } = trendOf(samples);
  const minutes = samples.at(-1)!.at - samples[0]!.at;
  return slope - 3 * error > 0 && slope * minutes > tolerance;
}

/** Whether samples that grow in all go on growing in these, their last: what has come to its end is no leak. */
export function goesOn(samples: readonly Sample[]): boolean {
  const { slope, error } = trendOf(samples);
  return slope > error;
}
