import { type BarChart, barChart, type Panel } from "./bar_chart.ts";
import { ratioToBaseline } from "./compare.ts";
import { figureText, ratioText } from "./figure_text.ts";
import { contestantsOf, type Record, resultOf, type SectionRecord } from "./record.ts";
import { columns, type Measure } from "./section.ts";
import { median } from "./statistics.ts";

/** A section as an SVG document: a panel for each measure that is to be plotted, in ratios where it has a baseline. */
export function plot(record: Record, section: SectionRecord): string {
  const { model, cores } = record.machine;
  const chart: BarChart = {
    title: section.title,
    subtitle: `${record.date.slice(0, 10)}, commit ${record.commit}, ${cores} cores of ${model}; ` +
      `median of ${section.rounds}; with a red line: times the baseline, longer is better`,
    series: columns,
    panels: section.measures
      .filter(({ key, isPlotted }) => isPlotted && section.results.some(({ measure }) => measure === key))
      .map((measure) => panel(section, measure)),
  };
  return barChart(chart);
}

function panel(section: SectionRecord, measure: Measure): Panel {
  const { title, unit, baseline, better, key } = measure;
  const rows = contestantsOf(section, key).map((contestant) => ({
    label: contestant,
    isOwn: /^(manyhands|kernels\.)/.test(contestant),
    bars: columns.flatMap((column, series) => {
      const result = resultOf(section, key, contestant, column);
      if (result === undefined) return [];
      if (result.samples.length === 0) return [{ series, value: NaN, text: "failed" }];
      if (baseline === undefined) {
        const value = median(result.samples);
        return [{ series, value, text: figureText(value, unit) }];
      }
      const value = ratioToBaseline(section, measure, result);
      return [{ series, value, text: ratioText(value) }];
    }),
  }));
  return baseline === undefined
    ? { title: `${title}, ${unit} (${better} is better)`, rows }
    : { title: `${title}, times ${baseline}`, rows, mark: 1 };
}
