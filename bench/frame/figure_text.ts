/** A figure with three digits that count, shortened by k and M where it is no time. */
export function figureText(value: number, unit: string): string {
  if (Number.isNaN(value)) return "-";
  const size = Math.abs(value);
  if (size >= 1e6 && unit.endsWith("/s")) return `${digits(value / 1e6)} M`;
  if (size >= 1e4 && unit.endsWith("/s")) return `${digits(value / 1e3)} k`;
  return digits(value);
}

/** A ratio as it stands in tables: `4.21`, `0.038`, `12.1`, `340`. */
export function ratioText(ratio: number): string {
  if (Number.isNaN(ratio)) return "-";
  return ratio < 0.1
    ? ratio.toFixed(3)
    : ratio < 10
    ? ratio.toFixed(2)
    : ratio < 100
    ? ratio.toFixed(1)
    : digits(ratio);
}

function digits(value: number): string {
  return String(Number(value.toPrecision(3)));
}
