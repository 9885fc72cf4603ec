/** One bar of a row. */
export interface Bar {
  /** What its colour stands for: a place in the chart's series. */
  readonly series: number;
  /** Its length; NaN for one that failed, which has its text alone. */
  readonly value: number;
  /** What stands behind it. */
  readonly text: string;
}

export interface Panel {
  readonly title: string;
  readonly rows: readonly {
    readonly label: string;
    readonly isOwn: boolean;
    readonly bars: readonly Bar[];
  }[];
  /** Where a line is drawn through the bars. */
  readonly mark?: number;
}

export interface BarChart {
  readonly title: string;
  readonly subtitle: string;
  readonly series: readonly string[];
  readonly panels: readonly Panel[];
}

const WIDTH = 840;
const PANEL_WIDTH = 400;
const LABEL_WIDTH = 156;
/** Room for a letter of a label, in the widest of the usual fonts. */
const LETTER_WIDTH = 7.1;
const LABEL_GAP = 6;
const TEXT_WIDTH = 64;
const BAR_HEIGHT = 9;
const ROW_GAP = 7;
const HEADER_HEIGHT = 74;
const PANEL_HEADER_HEIGHT = 26;
const TITLE_LINE_HEIGHT = 15;
/** Letters of a panel's title in a line. */
const TITLE_LETTERS = 54;
const PANEL_GAP = 24;

/** Readable on white and on black; the colours are told apart by lightness too. */
const style = `
  text { font: 11px system-ui, sans-serif; fill: #24292f }
  .title { font-size: 15px; font-weight: 600 } .panel { font-size: 12px; font-weight: 600 }
  .own { font-weight: 700 } .value { font-size: 9.5px; fill: #57606a }
  .s0 { fill: #1a7f37 } .s1 { fill: #4493f8 } .s2 { fill: #e09b13 } .s3 { fill: #8c959f }
  .mark { stroke: #cf222e; stroke-dasharray: 3 2 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .value { fill: #9198a1 } .s0 { fill: #3fb950 } .mark { stroke: #f85149 }
  }`;

/** A chart of horizontal bars in panels, two side by side, as an SVG document. */
export function barChart(
  { title, subtitle, series, panels }: BarChart,
): string {
  const parts: string[] = [
    `<style>${style}\n</style>`,
    text(0, 18, title, "title"),
    text(0, 36, subtitle, "value"),
    ...series.map((name, at) =>
      `<rect class="s${at}" x="${at * 80}" y="48" width="10" height="10"/>${text(at * 80 + 14, 57, name)}`
    ),
  ];
  let y = HEADER_HEIGHT;
  for (let at = 0; at < panels.length; at += 2) {
    const pair = panels.slice(at, at + 2);
    const headerHeight = Math.max(...pair.map(headerHeightOf));
    pair.forEach((panel, side) => parts.push(draw(panel, side * (WIDTH - PANEL_WIDTH), y, headerHeight)));
    y += headerHeight + Math.max(...pair.map(rowsHeightOf)) + PANEL_GAP;
  }
  const height = y - PANEL_GAP + 4;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" ` +
    `role="img" aria-label="${escape(title)}">\n${parts.join("\n")}\n</svg>\n`;
}

function rowsHeightOf({ rows }: Panel): number {
  return rows.reduce((sum, { bars }) => sum + bars.length * BAR_HEIGHT + ROW_GAP, 0);
}

/** Where the bars of a panel begin: behind its longest label. */
function labelWidthOf({ rows }: Panel): number {
  const letters = Math.max(0, ...rows.map(({ label }) => label.length));
  return Math.max(LABEL_WIDTH, Math.ceil(letters * LETTER_WIDTH + LABEL_GAP));
}

function headerHeightOf({ title }: Panel): number {
  return PANEL_HEADER_HEIGHT + (linesOf(title).length - 1) * TITLE_LINE_HEIGHT;
}

/** A title in lines that fit above its panel. */
function linesOf(title: string): string[] {
  const lines: string[] = [];
  for (const word of title.split(" ")) {
    const line = lines.at(-1);
    if (line === undefined || line.length + 1 + word.length > TITLE_LETTERS) lines.push(word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines;
}

function draw(panel: Panel, x: number, y: number, headerHeight: number): string {
  const values = panel.rows.flatMap(({ bars }) => bars.map(({ value }) => value)).filter((value) =>
    !Number.isNaN(value)
  );
  const barsAt = x + labelWidthOf(panel);
  const barWidth = x + PANEL_WIDTH - TEXT_WIDTH - barsAt;
  const longest = Math.max(panel.mark ?? 0, ...values);
  const lengthOf = (value: number): number => longest === 0 ? 0 : round(value / longest * barWidth);
  const parts = linesOf(panel.title).map((line, at) => text(x, y + 12 + at * TITLE_LINE_HEIGHT, line, "panel"));
  let top = y + headerHeight;
  if (panel.mark !== undefined) {
    // Under the bars and their texts.
    const at = barsAt + lengthOf(panel.mark);
    const end = top + rowsHeightOf(panel) - ROW_GAP + 2;
    parts.push(`<line class="mark" x1="${at}" x2="${at}" y1="${top - 4}" y2="${end}"/>`);
  }
  for (const { label, isOwn, bars } of panel.rows) {
    parts.push(
      text(
        x,
        top + bars.length * BAR_HEIGHT / 2 + 4,
        label,
        isOwn ? "own" : undefined,
      ),
    );
    for (const { series, value, text: shown } of bars) {
      const length = Number.isNaN(value) ? 0 : Math.max(1, lengthOf(value));
      if (length > 0) {
        parts.push(
          `<rect class="s${series}" x="${barsAt}" y="${top}" width="${length}" height="${BAR_HEIGHT - 1}"/>`,
        );
      }
      parts.push(
        text(
          round(barsAt + length + 3),
          top + BAR_HEIGHT - 1.5,
          shown,
          isOwn ? "value own" : "value",
        ),
      );
      top += BAR_HEIGHT;
    }
    top += ROW_GAP;
  }
  return parts.join("\n");
}

function text(x: number, y: number, content: string, style?: string): string {
  return `<text x="${x}" y="${y}"${style === undefined ? "" : ` class="${style}"`}>${escape(content)}</text>`;
}

function round(value: number): number {
  return Number(value.toFixed(1));
}

function escape(content: string): string {
  return content.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(
    ">",
    "&gt;",
  ).replaceAll('"', "&quot;");
}
