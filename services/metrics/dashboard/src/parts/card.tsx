import type { Answer, Series } from "../api";
import { duration, number, percent } from "../format";
import { periodOf } from "../periods";
import { openReceipt } from "../receipts";
import { named, pick, restName, say } from "../words";
import { Bar } from "./bar";
import { Trend } from "./trend";

/** One figure, large: what it is, of which period, how sure it is, what it is made of; a press opens its receipt, and one
 * on what is left of it the cases that are. */
export function Card({ answer, trend, trendOf }: { answer: Answer; trend?: Series | null | undefined; trendOf: string }) {
  const row = answer.rows[0];
  if (!row) return null;
  const { definition } = answer;
  const speed = definition.quantiles !== undefined;
  const share = definition.denominator !== null && !speed;
  const shown = speed ? (row.value === null ? null : duration(row.value)) : share ? percent(row.value) : number(row.value ?? 0);
  const name = pick(answer.name, answer.name_en);
  const rest = (row.denominator ?? 0) - (row.numerator ?? 0);
  return (
    <article class="figure">
      <button type="button" onClick={() => openReceipt(answer, row.group)}>
        <h3>{name}<small>{periodOf(answer)} · {named(answer.basis)}</small></h3>
        {shown === null ? <p class="value none">—</p> : share
          ? <p class="value">{shown.slice(0, -1)}<small>%</small></p>
          : <p class="value">{shown}</p>}
        {speed && row.value !== null && <p class="parts">{say("median")} · n {number(row.denominator ?? 0)}</p>}
        {share && <Bar row={row} />}
        {share && (
          <p class="parts">
            {number(row.numerator ?? 0, 1)} / {number(row.denominator ?? 0, 1)}
            {row.interval && <span> · {say("interval")} {percent(row.interval[0])} – {percent(row.interval[1])}</span>}
          </p>
        )}
        {row.coverage && row.coverage.value !== null && (
          <p class="parts">{say("coverage")} {percent(row.coverage.value)} ({number(row.coverage.numerator)}/{number(row.coverage.denominator)})</p>
        )}
        <span class="unseen">{say("receipt")}</span>
      </button>
      {share && rest > 0 && (
        <button type="button" class="rest" onClick={() => openReceipt(answer, row.group, "rest")}>{restName(answer.rate)} <strong>{number(rest, 1)}</strong> {say("cases")} ›</button>
      )}
      {trend?.rows[0] && <Trend spans={trend.spans} figures={trend.rows[0].figures} basis={trend.basis} share={share} name={name} of={trendOf} />}
    </article>
  );
}
