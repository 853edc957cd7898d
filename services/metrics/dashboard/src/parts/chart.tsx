// Lines over time, drawn by uPlot: thousands of points stay smooth.
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";

import type { Series } from "../api";
import { number, percent } from "../format";
import { zone } from "../state";
import { pick, say } from "../words";

const COLOURS = ["--line-1", "--line-2", "--line-3", "--line-4", "--line-5", "--line-6", "--line-7", "--line-8"];
export const MOST_LINES = COLOURS.length;

/** The groups of a series as lines, at most MOST_LINES. */
export function Chart({ series, share }: { series: Series; share: boolean }) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const host = place.current;
    if (!host) return;
    const css = getComputedStyle(host);
    const rows = series.rows.slice(0, MOST_LINES);
    const axis = { stroke: css.getPropertyValue("--soft"), grid: { stroke: css.getPropertyValue("--line"), width: 1 }, font: "13px system-ui" };
    const value = (_: uPlot, one: number | null) => (one === null ? "—" : share ? (percent(one) ?? "—") : number(one, 1));
    const chart = new uPlot(
      {
        width: host.clientWidth, height: 360, tzDate: (at) => uPlot.tzDate(new Date(at * 1000), zone.value),
        scales: { y: { range: (_, low, high) => (share ? [Math.max(0, Math.floor(low * 20) / 20 - 0.02), 1] : [0, Math.max(1, high * 1.08)]) } },
        axes: [axis, { ...axis, size: 64, values: (_, ticks) => ticks.map((one) => (share ? `${Math.round(one * 100)}%` : number(one, 1))) }],
        series: [
          { label: say("time") },
          ...rows.map((row, index) => ({
            label: Object.values(row.labels).map((one) => pick(one.zh, one.en)).join(" · ") || say("whole"),
            stroke: css.getPropertyValue(COLOURS[index]!), width: 2, spanGaps: false, value,
          })),
        ],
      },
      [series.spans.map((one) => Date.parse(one.from) / 1000), ...rows.map((row) => row.figures.map((one) => one.value))],
      host,
    );
    const resized = new ResizeObserver(() => chart.setSize({ width: host.clientWidth, height: 360 }));
    resized.observe(host);
    return () => {
      resized.disconnect();
      chart.destroy();
    };
  }, [series, share]);
  return <div class="chart" ref={place} />;
}
