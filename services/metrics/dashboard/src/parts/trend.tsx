import type { Figure, Span } from "../api";
import { number, percent } from "../format";
import { say, youngName } from "../words";

const WIDTH = 300;
const HEIGHT = 64;

/** A line over some spans with the two ends of its axis; gaps where there was nothing to divide by. What cannot be compared
 * yet is dashed: the newest cases are not due, so fewer of them are closed for no other reason. */
export function Trend({ spans: all, figures, basis, share, name, of }: { spans: Span[]; figures: Figure[]; basis: string; share: boolean; name: string; of: string }) {
  // from the first to the last span that has anything: a department that is new has no years of nothing before it
  const has = (one: Figure) => (share ? one.value !== null : Boolean(one.value));
  const begin = figures.findIndex(has);
  const end = figures.findLastIndex(has) + 1;
  if (begin < 0 || end - begin < 2) return null;
  const spans = all.slice(begin, end);
  const values = figures.slice(begin, end).map((one) => one.value);
  const known = values.filter((value): value is number => value !== null);
  const top = share ? 1 : Math.max(1, ...known);
  const bottom = share ? Math.max(0, Math.floor(Math.min(...known) * 10 - 0.5) / 10) : 0;
  const x = (index: number) => (spans.length < 2 ? WIDTH / 2 : (index / (spans.length - 1)) * WIDTH);
  const y = (value: number) => HEIGHT - 4 - ((value - bottom) / (top - bottom || 1)) * (HEIGHT - 8);
  const point = (index: number) => `${x(index).toFixed(1)} ${y(values[index]!).toFixed(1)}`;
  // whole: both its ends can be compared with the others
  const lines = { whole: "", young: "" };
  values.forEach((value, index) => {
    if (value === null || values[index + 1] === undefined || values[index + 1] === null) return;
    const kind = spans[index]!.mature && spans[index + 1]!.mature ? "whole" : "young";
    lines[kind] += `M${point(index)}L${point(index + 1)}`;
  });
  const mature = values.filter((value, index) => value !== null && spans[index]!.mature);
  const last = mature.at(-1);
  const show = (value: number) => (share ? percent(value) : number(value));
  const said = `${name}, ${of}${last === undefined || last === null ? "" : `: ${show(last)}`}`;
  return (
    <div class="trend-box">
      <svg class="trend" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={said} preserveAspectRatio="none">
        {lines.young && <path class="line young" d={lines.young} vector-effect="non-scaling-stroke" />}
        {lines.whole && <path class="line" d={lines.whole} vector-effect="non-scaling-stroke" />}
      </svg>
      <p class="axis" aria-hidden="true"><span>{show(top)}</span><span class={bottom > 0 ? "cut" : ""}>{show(bottom)}</span></p>
      <p class="parts">{of}{bottom > 0 && ` · ${say("axis_cut")} ${show(bottom)} ${say("axis_from")}`}{lines.young && <span class="young"> · {youngName(basis)}</span>}</p>
    </div>
  );
}
