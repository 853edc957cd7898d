import type { Answer, Series } from "../api";
import { duration, number, percent } from "../format";
import { openReceipt } from "../receipts";
import { named, pick, say } from "../words";
import { Bar } from "./bar";
import { Trend } from "./trend";

/** One figure, large: what it is, how sure it is, what it is made of; a press opens its receipt. */
export function Card({ answer, trend }: { answer: Answer; trend?: Series | null | undefined }) {
  const row = answer.rows[0];
  if (!row) return null;
  const { definition } = answer;
  const speed = definition.quantiles !== undefined;
  const share = definition.denominator !== null && !speed;
  const shown = speed ? (row.value === null ? null : duration(row.value)) : share ? percent(row.value) : number(row.value ?? 0);
  const name = pick(answer.name, answer.name_en);
  return (
    <article class="figure">
      <button type="button" onClick={() => openReceipt(answer, row.group)}>
        <h3>{name}<small>{named(answer.basis)}</small></h3>
        {shown === null ? <p class="value none">—</p> : share
          ? <p class="value">{shown.slice(0, -1)}<small>%</small></p>
          : <p class="value">{shown}</p>}
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
      {trend?.rows[0] && <Trend spans={trend.spans} figures={trend.rows[0].figures} share={share} label={`${name}, ${say("trend30")}`} />}
    </article>
  );
}
