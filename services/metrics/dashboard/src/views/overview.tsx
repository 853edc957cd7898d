// The wall: what stands out, what came in today, the main rates and how they move, the channels. Readable from across a room.
import type { Answer, Series } from "../api";
import { useAsked } from "../asked";
import { Alerts } from "../parts/alerts";
import { Card } from "../parts/card";
import { Columns } from "../parts/columns";
import { Empty } from "../parts/empty";
import { Missing } from "../parts/missing";
import { Overdue } from "../parts/overdue";
import { Periods } from "../parts/periods";
import { daysAgo, longDay, number, percent, today } from "../format";
import { choose, period, periodOf } from "../periods";
import { openReceipt } from "../receipts";
import { overview } from "../state";
import { named, pick, say } from "../words";

export const SHARES = ["handled", "replied", "on_time", "satisfied"] as const;

export function OverviewView() {
  const picture = overview.value;
  const day = picture?.today ?? today();
  const hours = useAsked<Series>("/v1/rates/series", { rate: "received_count", period: day, by: "hour" });
  const trends = SHARES.map((rate) => useAsked<Series>("/v1/rates/series", { rate, from: daysAgo(29), by: "day" }).data);
  if (!picture) return <Missing error={null} />;
  // nothing is counted and nothing waits to be
  if (picture.complete && Object.values(picture.position).every((seq) => seq === 0)) return <Empty />;
  const of = (rate: string, groups = "") => picture.answers.find((one) => one.rate === rate && one.group_by.join() === groups);
  const counts = picture.answers.filter((one) => one.basis === "flow" && one.definition.denominator === null);
  const none = of("handled")?.rows[0]?.denominator === 0;
  return (
    <>
      <div class="bar-top"><h2>{longDay(day)}</h2><Periods /></div>
      <Alerts />
      {none && period.value !== "all" && <p class="note">{say("none_in_period")} <button type="button" class="button" onClick={() => choose("all")}>{say("show_all")}</button></p>}
      <section class="figures" aria-label={say("rates")}>
        {SHARES.map((rate, index) => {
          const answer = of(rate);
          return answer && <Card key={rate} answer={answer} trend={trends[index]} trendOf={say("trend30")} />;
        })}
      </section>
      <Overdue open={of("overdue_open")} late={of("answered_late")} />
      <section class="today" aria-labelledby="today-title">
        <h2 id="today-title">{say("today")} <small>{counts[0] && periodOf(counts[0])}</small></h2>
        <dl>
          {counts.map((answer) => (
            <div key={answer.rate}>
              <dt>{pick(answer.name, answer.name_en)}</dt>
              <dd><button type="button" class="plain" onClick={() => openReceipt(answer)}>{number(answer.rows[0]?.value ?? 0)}</button></dd>
            </div>
          ))}
        </dl>
        {hours.data?.rows[0] && <Columns spans={hours.data.spans} figures={hours.data.rows[0].figures} label={`${say("inflow")}, ${say("by_hour")}`} />}
      </section>
      <Groups dimension="channel" answers={SHARES.map((rate) => of(rate, "channel"))} />
    </>
  );
}

/** The main rates by one dimension, the busiest first. */
export function Groups({ dimension, answers }: { dimension: string; answers: (Answer | undefined)[] }) {
  const there = answers.filter((one) => one !== undefined);
  const first = there[0];
  const groups = [...(first?.rows ?? [])].sort((a, b) => (b.denominator ?? 0) - (a.denominator ?? 0));
  return (
    <section class="sheet" aria-labelledby={`by-${dimension}`}>
      <h2 id={`by-${dimension}`}>{named(dimension)} <small>{first && periodOf(first)}</small></h2>
      <div class="scroll" tabIndex={0} role="region" aria-labelledby={`by-${dimension}`}>
        <table>
          <thead>
            <tr><th scope="col">{named(dimension)}</th><th scope="col">{say("n")}</th>{there.map((one) => <th key={one.rate} scope="col">{pick(one.name, one.name_en)}</th>)}</tr>
          </thead>
          <tbody>
            {groups.map((group) => {
              const id = group.group[dimension] ?? "";
              return (
                <tr key={id}>
                  <th scope="row">{pick(group.labels[dimension]?.zh, group.labels[dimension]?.en) || id}</th>
                  <td>{number(group.denominator ?? 0)}</td>
                  {there.map((one) => {
                    const row = one.rows.find((found) => found.group[dimension] === id);
                    return (
                      <td key={one.rate}>
                        {row && percent(row.value) !== null
                          ? <button type="button" class="plain" onClick={() => openReceipt(one, row.group)}><strong>{percent(row.value)}</strong> <small>{number(row.numerator ?? 0)}/{number(row.denominator ?? 0)}</small></button>
                          : <span class="none">—</span>}
                      </td>
                    );
                  })}
                </tr>
              );
            })}
            {groups.length === 0 && <tr><th scope="row" colSpan={there.length + 2}>{say("nothing_yet")}</th></tr>}
          </tbody>
        </table>
      </div>
    </section>
  );
}
