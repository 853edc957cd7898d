import type { Figure, Span } from "../api";
import { number, percent } from "../format";

const WIDTH = 300;
const HEIGHT = 64;

/** A line over some spans, from zero or the whole range of shares; gaps where there was nothing to divide by. */
export function Trend({ spans: all, figures, share, label }: { spans: Span[]; figures: Figure[]; share: boolean; label: string }) {
  // from the first to the last span that has anything: a department that is new has no years of nothing before it
  const has = (one: Figure) => (share ? one.value !== null : Boolean(one.value));
  const begin = figures.findIndex(has);
  const end = figures.findLastIndex(has) + 1;
  if (begin < 0 || end - begin < 2) return null;
  const spans = all.slice(begin, end);
  const values = figures.slice(begin, end).map((one) => one.value);
  const known = values.filter((value): value is number => value !== null);
  const top = share ? 1 : Math.max(1, ...known);
  const bottom = share ? Math.max(0, Math.min(...known, 1) - 0.05) : 0;
  const x = (index: number) => (spans.length < 2 ? WIDTH / 2 : (index / (spans.length - 1)) * WIDTH);
  const y = (value: number) => HEIGHT - 4 - ((value - bottom) / (top - bottom || 1)) * (HEIGHT - 8);
  const lines: string[] = [];
  let line = "";
  values.forEach((value, index) => {
    if (value === null) {
      if (line) lines.push(line);
      line = "";
    } else line += `${line ? "L" : "M"}${x(index).toFixed(1)} ${y(value).toFixed(1)}`;
  });
  if (line) lines.push(line);
  const last = known.at(-1);
  const said = last === undefined ? label : `${label}: ${share ? percent(last) : number(last)}`;
  return (
    <svg class="trend" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={said} preserveAspectRatio="none">
      {!share && lines.length > 0 && <path class="area" d={`${lines[0]}L${x(values.length - 1)} ${HEIGHT}L${x(0)} ${HEIGHT}Z`} />}
      {lines.map((path) => <path key={path} class="line" d={path} vector-effect="non-scaling-stroke" />)}
    </svg>
  );
}
