/** What one process found: a number, why it failed (text), or nothing since it isn't measured there (null). */
export type Figure = number | string | null;

/** Figures by contestant, then by measure. */
export type Figures = ReadonlyMap<string, ReadonlyMap<string, Figure>>;

/**
 * Reads what a process printed: each line that is a JSON object has figures by measure, of the process's first
 * contestant, or objects of them by contestant; a line that is a number is the first contestant's figure in the first
 * measure. Lines come as the figures do, so that those before a hang count; a later one wins. Other lines are left out.
 */
export function parseFigures(
  stdout: string,
  contestants: readonly string[],
  measures: readonly string[],
): Figures {
  const figures = new Map(
    contestants.map((contestant) => [contestant, new Map<string, Figure>()]),
  );
  const first = figures.get(contestants[0]!)!;
  for (const line of stdout.split("\n")) {
    const value = valueOf(line);
    if (typeof value === "number") first.set(measures[0]!, value);
    if (typeof value !== "object" || value === null) continue;
    for (const [key, inner] of Object.entries(value)) {
      if (isFigure(inner)) first.set(key, inner);
      else {
        for (const [measure, figure] of Object.entries(inner as object)) {
          if (isFigure(figure)) figures.get(key)?.set(measure, figure);
        }
      }
    }
  }
  return figures;
}

function isFigure(value: unknown): value is Figure {
  return typeof value === "number" || typeof value === "string" ||
    value === null;
}

function valueOf(line: string): unknown {
  if (!/^[{\d-]/.test(line)) return undefined;
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
