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

test("bars begin behind the longest label, in rows level with those of the panel beside", { timeout: 60_000 }, () => {
  const row = (label: string) => ({ label, isOwn: true, bars: [{ series: 0, value: 1, text: "1.00" }] });
  const twoLines = "Queue, one producer and one consumer: an item, times CPython";
  const pair = barChart({
    title: "t",
    subtitle: "s",
    series: [],
    panels: [
      { title: "one line", rows: [row("manyhands, 1,000,000 tasks"), row("own")] },
      { title: twoLines, rows: [row("own"), row("own")] },
    ],
  });
  const bars = [...pair.matchAll(/<rect class="s0" x="(\d+)" y="(\d+)" width="(\d+)"/g)].map((found) =>
    found.slice(1).map(Number) as [x: number, y: number, width: number]
  );
  assert.deepEqual(bars.map(([x]) => x), [191, 191, 440 + 156, 440 + 156]);
  assert.deepEqual(bars.map(([, y]) => y), [115, 131, 115, 131]);
  assert.ok(bars.every(([x, , width]) => (x % 440) + width === 400 - 64));
});
