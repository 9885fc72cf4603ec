import assert from "node:assert/strict";
import { test } from "node:test";
import { barChart } from "../../../bench/frame/bar_chart.ts";

const chart = barChart({
  title: "Rates <of> some",
  subtitle: "one & two",
  series: ["node", "deno"],
  panels: [{
    title: "64 in flight",
    mark: 1,
    rows: [
      {
        label: "own",
        isOwn: true,
        bars: [{ series: 0, value: 4, text: "4.00" }, {
          series: 1,
          value: 2,
          text: "2.00",
        }],
      },
      {
        label: "peer",
        isOwn: false,
        bars: [{ series: 0, value: NaN, text: "failed" }],
      },
    ],
  }],
});

test("bars are as long as their values, the longest fills the panel", {
  timeout: 60_000,
}, () => {
  const widths = [
    ...chart.matchAll(
      /<rect class="s(\d)" x="156" y="[\d.]+" width="([\d.]+)"/g,
    ),
  ];
  assert.deepEqual(widths.map(([, series, width]) => [series, Number(width)]), [
    ["0", 180],
    ["1", 90],
  ]);
});

test("what failed has its word and no bar, and text is escaped", {
  timeout: 60_000,
}, () => {
  assert.match(chart, />failed<\/text>/);
  assert.match(chart, /Rates &lt;of&gt; some/);
  assert.match(chart, /one &amp; two/);
});

test("a title that is longer than its panel goes on in another line", { timeout: 60_000 }, () => {
  const title = "Queue, one producer and one consumer: an item, times CPython";
  const long = barChart({ title: "t", subtitle: "s", series: [], panels: [{ title, rows: [] }] });
  const lines = [...long.matchAll(/class="panel">([^<]+)</g)].map(([, line]) => line!);
  assert.equal(lines.length, 2);
  assert.equal(lines.join(" "), title);
});
