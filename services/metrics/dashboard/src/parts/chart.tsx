// Lines over time, drawn by uPlot: thousands of points stay smooth.
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";

import type { Series } from "../api";
import { duration, number, percent } from "../format";
import { language, zone } from "../state";
import { pick, say, youngName } from "../words";

const COLOURS = ["--line-1", "--line-2", "--line-3", "--line-4", "--line-5", "--line-6", "--line-7", "--line-8"];
export const MOST_LINES = COLOURS.length;

const MONTHS = Array.from({ length: 12 }, (_, month) => `${month + 1}月`);
const WEEKDAYS = ["星期日", "星期一", "星期二", "星期三", "星期四", "星期五", "星期六"];
const DATES: Record<string, uPlot.DateNames | undefined> = { zh: { MMMM: MONTHS, MMM: MONTHS, WWWW: WEEKDAYS, WWW: WEEKDAYS } };

/** The groups of a series as lines, at most MOST_LINES. */
export function Chart({ series, share, speed }: { series: Series; share: boolean; speed: boolean }) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const host = place.current;
    if (!host) return;
    const css = getComputedStyle(host);
    const rows = series.rows.slice(0, MOST_LINES);
    const axis = { stroke: css.getPropertyValue("--soft"), grid: { stroke: css.getPropertyValue("--line"), width: 1 }, font: "13px system-ui" };
    const told = (one: number) => (share ? (percent(one) ?? "—") : speed ? duration(one) : number(one, 1));
    // the legend has a line for both its parts
    const value = (row: Series["rows"][number]) => (_: uPlot, _one: number, _series: number, at: number | null) => {
      const one = at === null ? null : (row.figures[at]?.value ?? null);
      return one === null ? "—" : `${told(one)}${young(at!) ? ` (${youngName(series.basis)})` : ""}`;
    };
    // dashed where a span cannot be compared with the others yet, up to the next that can
    const { spans } = series;
    const young = (index: number) => spans[index]?.mature === false;
    const whole = (row: Series["rows"][number]) => row.figures.map((one, index) => (young(index) ? null : one.value));
    const dashed = (row: Series["rows"][number]) => row.figures.map((one, index) => (young(index - 1) || young(index) || young(index + 1) ? one.value : null));
    const name = (row: Series["rows"][number]) => Object.values(row.labels).map((one) => pick(one.zh, one.en)).join(" · ") || say("whole");
    const late = spans.some((one) => !one.mature);
    const increments = speed ? [60, 600, 1800, 3600, 7200, 14_400, 43_200, 86_400, 172_800, 432_000, 864_000, 2_592_000, 8_640_000, 31_536_000] : share ? [0.05, 0.1, 0.2] : [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5, 1e6, 2e6, 5e6, 1e7, 1e8];
    const chart = new uPlot(
      {
        width: host.clientWidth, height: 360, fmtDate: (template) => uPlot.fmtDate(template, DATES[language.value]), tzDate: (at) => uPlot.tzDate(new Date(at * 1000), zone.value),
        scales: { y: { range: (_, _low, high) => [0, share ? 1 : Math.max(1, high * 1.08)] } },
        axes: [axis, { ...axis, size: 76, incrs: increments, values: (_, ticks) => ticks.map((one) => (share ? `${Math.round(one * 100)}%` : one === 0 ? "0" : told(one))) }],
        series: [
          { label: say("time") },
          ...rows.map((row, index) => ({ label: name(row), stroke: css.getPropertyValue(COLOURS[index]!), width: 2, spanGaps: false, value: value(row) })),
          ...(late ? rows.map((row, index) => ({ label: name(row), class: "dashed", stroke: css.getPropertyValue(COLOURS[index]!), width: 1.5, dash: [4, 5], spanGaps: false })) : []),
        ],
      },
      [spans.map((one) => Date.parse(one.from) / 1000), ...rows.map(whole), ...(late ? rows.map(dashed) : [])],
      host,
    );
    const resized = new ResizeObserver(() => chart.setSize({ width: host.clientWidth, height: 360 }));
    resized.observe(host);
    return () => {
      resized.disconnect();
      chart.destroy();
    };
  }, [series, share, speed, language.value]);
  return <div class="chart" ref={place} />;
}
