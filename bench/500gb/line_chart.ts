/** A curve. */
export interface Line {
  readonly label: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** Curves over a common axis. */
export interface LinePanel {
  readonly title: string;
  readonly lines: readonly Line[];
  /** Where a line is drawn across, as for a limit. */
  readonly mark?: number;
}

/** Panels below one another. */
export interface LineChart {
  readonly title: string;
  readonly subtitle: string;
  /** What the axis across stands for. */
  readonly across: string;
  readonly panels: readonly LinePanel[];
}

const WIDTH = 840;
const LEFT = 56;
const RIGHT = 16;
const PLOT_HEIGHT = 170;
const PANEL_HEIGHT = PLOT_HEIGHT + 58;
const HEADER_HEIGHT = 64;
/** Points of a curve at most: no more can be seen. */
const POINTS = 1600;

const style = `
  text { font: 11px system-ui, sans-serif; fill: #24292f }
  .title { font-size: 15px; font-weight: 600 } .panel { font-size: 12px; font-weight: 600 }
  .value { font-size: 9.5px; fill: #57606a } .grid { stroke: #d0d7de } .mark { stroke: #cf222e; stroke-dasharray: 3 2 }
  polyline { fill: none; stroke-width: 1.3 }
  .s0 { stroke: #1a7f37 } .s1 { stroke: #4493f8 } .s2 { stroke: #e09b13 } .s3 { stroke: #8c959f }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .value { fill: #9198a1 } .grid { stroke: #30363d }
    .s0 { stroke: #3fb950 } .mark { stroke: #f85149 }
  }`;

/** A chart of curves as an SVG document. Both axes begin at 0. */
export function lineChart({ title, subtitle, across, panels }: LineChart): string {
  const labels = panels[0]?.lines.map(({ label }) => label) ?? [];
  const parts = [
    `<style>${style}\n</style>`,
    text(0, 18, title, "title"),
    text(0, 36, subtitle, "value"),
    ...labels.flatMap((label, at) => [
      `<line class="s${at}" x1="${at * 150}" x2="${at * 150 + 14}" y1="51" y2="51" stroke-width="3"/>`,
      text(at * 150 + 18, 55, label),
    ]),
    ...panels.flatMap((panel, at) => draw(panel, across, HEADER_HEIGHT + at * PANEL_HEIGHT)),
  ];
  const height = HEADER_HEIGHT + panels.length * PANEL_HEIGHT;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" ` +
    `role="img" aria-label="${escape(title)}">\n${parts.join("\n")}\n</svg>\n`;
}

function draw({ title, lines, mark }: LinePanel, across: string, top: number): string[] {
  const points = lines.flatMap((line) => line.points);
  const [stepX, endX] = scale(Math.max(...points.map(([x]) => x)), 10);
  const [stepY, endY] = scale(Math.max(mark ?? 0, ...points.map(([, y]) => y)), 5);
  const bottom = top + 24 + PLOT_HEIGHT;
  const placeX = (x: number): number => round(LEFT + x / endX * (WIDTH - LEFT - RIGHT));
  const placeY = (y: number): number => round(bottom - y / endY * PLOT_HEIGHT);
  const parts = [text(0, top + 14, title, "panel")];
  for (let y = 0; y <= endY; y += stepY) {
    parts.push(
      `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${placeY(y)}" y2="${placeY(y)}"/>`,
      text(LEFT - 6, placeY(y) + 3, `${y}`, "value", "end"),
    );
  }
  for (let x = 0; x <= endX; x += stepX) parts.push(text(placeX(x), bottom + 13, `${x}`, "value", "middle"));
  parts.push(text(WIDTH - RIGHT, bottom + 26, across, "value", "end"));
  if (mark !== undefined) {
    parts.push(`<line class="mark" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${placeY(mark)}" y2="${placeY(mark)}"/>`);
  }
  for (const [at, line] of lines.entries()) {
    const every = Math.max(1, Math.ceil(line.points.length / POINTS));
    const shown = line.points.filter((_, index) => index % every === 0 || index === line.points.length - 1);
    parts.push(
      `<polyline class="s${at}" points="${shown.map(([x, y]) => `${placeX(x)},${placeY(y)}`).join(" ")}"/>`,
    );
  }
  return parts;
}

/** The distance of two marks of an axis up to `largest`, of about `count` of them, and the axis' end. */
function scale(largest: number, count: number): [step: number, end: number] {
  const rough = Math.max(largest, 1) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= rough)!;
  return [step, Math.ceil(Math.max(largest, 1) / step) * step];
}

function text(x: number, y: number, content: string, style?: string, anchor?: string): string {
  const attributes = `${style === undefined ? "" : ` class="${style}"`}${
    anchor === undefined ? "" : ` text-anchor="${anchor}"`
  }`;
  return `<text x="${x}" y="${y}"${attributes}>${escape(content)}</text>`;
}

function round(value: number): number {
  return Number(value.toFixed(1));
}

function escape(content: string): string {
  return content.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
