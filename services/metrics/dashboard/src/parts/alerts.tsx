// 预警: what stands, large enough for the far side of the room; what was cleared lately; rules that cannot be judged.
import type { Alert, Alerts as Told } from "../api";
import { useAsked } from "../asked";
import { duration, number, percent, time } from "../format";
import { openReceipt } from "../receipts";
import { pick, say } from "../words";

const EVERY_MS = 10_000; // alerts come and go by the clock as well, of which the stream of figures says nothing
const STALE_MS = 180_000; // they are judged once a minute

export function Alerts() {
  const { data } = useAsked<Told>("/v1/alerts", {}, true, EVERY_MS);
  if (!data) return null;
  const { standing, cleared, broken } = data;
  const age = data.judged_at === null ? null : Date.parse(data.at) - Date.parse(data.judged_at);
  const unsure = age === null || age > STALE_MS;
  return (
    <section class={`alerts ${standing.length ? "stand" : unsure ? "unsure" : ""}`} aria-labelledby="alerts-title">
      <div role="status">
        <h2 id="alerts-title">{standing.length ? <><strong>{number(standing.length)}</strong> {say("alerts")}</> : say("no_alerts")}</h2>
      </div>
      {data.waits && <p class="bad">{say("alerts_wait")}</p>}
      {age === null ? <p class="parts">{say("not_judged")}</p> : unsure && <p class="bad">{say("judged_last")} {time(data.judged_at ?? "")} ({duration(age / 1000)} {say("ago")})</p>}
      {standing.length > 0 && <ul class="standing">{standing.map((one) => <li key={one.id}><Line one={one} /></li>)}</ul>}
      {broken.length > 0 && (
        <div class="broken" role="alert">
          <h3>{say("broken_rules")}</h3>
          <ul>{broken.map((one) => <li key={one.rule}>{pick(one.name, one.name_en)} <code>{one.rule}</code>: {pick(one.reason.zh, one.reason.en)} <code>{one.field}</code></li>)}</ul>
        </div>
      )}
      {cleared.length > 0 && (
        <details>
          <summary>{say("cleared_lately")} {number(cleared.length)}</summary>
          <ul>{cleared.map((one) => <li key={one.id}><Line one={one} /></li>)}</ul>
        </details>
      )}
    </section>
  );
}

/** Which rule, where, the figure beside its threshold, since when; a press opens the figure's receipt. */
function Line({ one }: { one: Alert }) {
  const where = Object.values(one.labels).map((label) => pick(label.zh, label.en)).join(" · ");
  return (
    <button type="button" class="plain" onClick={() => openReceipt({ ...one.figure, from: one.figure.from ?? null, to: one.figure.to ?? null }, one.figure.group)}>
      <b>{[where, pick(one.name, one.name_en)].filter(Boolean).join(" · ")}</b>
      <span>{pick(one.rate_name, one.rate_name_en)}{one.figure.part && ` · ${say(one.figure.part)}`} <strong>{worth(one)}</strong> {beside(one)}</span>
      <small>{one.cleared_at === null ? `${say("since")} ${time(one.since)}` : `${time(one.since)} – ${time(one.cleared_at)}${one.why === "rule" ? ` · ${say("rule_gone")}` : ""}`}</small>
      <span class="unseen">{say("receipt")}</span>
    </button>
  );
}

function worth({ kind, figure }: Alert): string {
  return kind === "rate_below" ? (percent(figure.value) ?? "—") : number(figure.value ?? 0, 1);
}

function beside({ kind, figure }: Alert): string {
  if (kind === "rate_below") return `${say("under")} ${percent(figure.threshold)} · n ${number(figure.n, 1)}`;
  if (kind === "count_above") return `${say("over")} ${number(figure.threshold, 1)}${figure.n === figure.value ? "" : ` · n ${number(figure.n, 1)}`}`;
  return `${say("usually")} ${number(figure.mean ?? 0, 1)} · ${say("from_factor")} ${number(figure.threshold, 1)}×`;
}
