// Any figure by anything it is kept by, over any period, as a chart or a table; the address is the question.
import { useState } from "preact/hooks";

import { address, Problem, type Answer, type RateCatalogue, type Figure, type Series } from "../api";
import { useAsked } from "../asked";
import { duration, number, percent } from "../format";
import { Bar } from "../parts/bar";
import { Chart, MOST_LINES } from "../parts/chart";
import { Missing } from "../parts/missing";
import { usePiecewise } from "../parts/piecewise";
import { periodOf } from "../periods";
import { openReceipt } from "../receipts";
import { ask, route } from "../route";
import { named, pick, say, youngName } from "../words";

const UNITS = ["day", "week", "month", "year", "hour"] as const;

export function ExploreView() {
  const { asked } = route.value;
  const definitions = useAsked<RateCatalogue>("/v1/definitions", {}, false);
  const row = definitions.data?.definitions.find((one) => one.id === (asked.rate ?? "handled"));
  const basis = row?.bases.includes(asked.basis ?? "") ? asked.basis! : row?.bases[0];
  const groups = [asked.group_by, asked.then_by].filter(Boolean).join(",");
  const question = row && { rate: row.id, basis, reading: asked.reading ?? "full", group_by: groups, from: asked.from, to: asked.to };
  const chart = asked.show !== "table";
  const from = asked.from || `${new Date().getFullYear()}-01-01`;
  const answer = useAsked<Answer>(question && !chart ? "/v1/rates" : null, question);
  const series = useAsked<Series>(question && chart ? "/v1/rates/series" : null, { ...question, from, by: asked.by ?? "day", most: groups ? MOST_LINES : null });
  if (!definitions.data) return <Missing error={definitions.error} />;
  if (!row) return <Missing error={new Problem(422, "unknown_rate", `${say("no_rate")} ${asked.rate}`)} />;
  const speed = row.quantiles !== undefined;
  const share = row.denominator !== null && !speed;
  const error = chart ? series.error : answer.error;
  return (
    <>
      <form class="question" onSubmit={(event) => event.preventDefault()}>
        <Choice name="rate" label={say("rate")} value={row.id} options={definitions.data.definitions.map((one) => [one.id, pick(one.name, one.name_en)])} />
        <Choice name="basis" label={say("basis")} value={basis ?? ""} options={row.bases.map((one) => [one, named(one)])} />
        <Choice name="reading" label={say("reading")} value={asked.reading ?? "full"} options={["full", "assessed"].map((one) => [one, named(one)])} />
        <Choice name="group_by" label={say("group_by")} value={asked.group_by ?? ""} options={[["", say("none")], ...definitions.data.dimensions.map((one): [string, string] => [one, named(one)])]} />
        <Choice name="then_by" label={say("then_by")} value={asked.then_by ?? ""} options={[["", say("none")], ...definitions.data.dimensions.filter((one) => one !== asked.group_by).map((one): [string, string] => [one, named(one)])]} />
        <label class="choice"><span>{say("from")}</span><input type="date" value={asked.from ?? ""} onChange={(event) => ask({ from: event.currentTarget.value })} /></label>
        <label class="choice"><span>{say("to")}</span><input type="date" value={asked.to ?? ""} onChange={(event) => ask({ to: event.currentTarget.value })} /></label>
        {chart && <Choice name="by" label={say("by")} value={asked.by ?? "day"} options={UNITS.map((one) => [one, say(`by_${one}`)])} />}
        <Choice name="show" label={say("show")} value={chart ? "chart" : "table"} options={[["chart", say("chart")], ["table", say("table")]]} />
      </form>
      <div class="bar-top">
        <p class="meaning">{pick(row.meaning, row.meaning_en)} <small>{row.source}</small></p>
        <CopyLink />
        {question && ["xlsx", "csv"].map((format) => (
          <a key={format} class="button" href={address("/v1/rates/export", { ...question, format })} download>{say("export")} {format.toUpperCase()}</a>
        ))}
      </div>
      {error ? <Missing error={error} /> : chart ? series.data && series.data.rate === row.id && <Lines series={series.data} share={share} speed={speed} /> : answer.data && answer.data.rate === row.id && <Rows answer={answer.data} share={share} speed={speed} />}
    </>
  );
}

function Choice({ name, label, value, options }: { name: string; label: string; value: string; options: [string, string][] }) {
  return (
    <label class="choice"><span>{label}</span>
      <select name={name} value={value} onChange={(event) => ask({ [name]: event.currentTarget.value })}>
        {options.map(([id, text]) => <option key={id} value={id}>{text}</option>)}
      </select>
    </label>
  );
}

function CopyLink() {
  const [copied, setCopied] = useState(false);
  const copy = () => void navigator.clipboard?.writeText(location.href).then(() => {
    setCopied(true);
    setTimeout(() => setCopied(false), 2000);
  });
  return <button type="button" class="button" onClick={copy}>{copied ? say("copied") : say("link")}</button>;
}

function Lines({ series, share, speed }: { series: Series; share: boolean; speed: boolean }) {
  const more = series.groups - series.rows.length;
  return (
    <section class="sheet">
      <p class="parts">{periodOf(series)}{series.spans.some((one) => !one.mature) && ` · ${youngName(series.basis)}${series.basis === "cohort" ? `: ${say("young_why")}` : ""}`}</p>
      <Chart series={series} share={share} speed={speed} />
      {more > 0 && <p class="parts">{`+ ${number(more)}`}</p>}
    </section>
  );
}

function Rows({ answer, share, speed }: { answer: Answer; share: boolean; speed: boolean }) {
  const at = answer.definition.quantiles?.at.map((one) => `p${Number((one * 100).toFixed(1))}`) ?? [];
  const shown = (row: Figure) => (row.value === null ? "—" : share ? percent(row.value) : number(row.value, 1));
  const drawn = usePiecewise(answer.rows.length);
  const people = answer.rows.some((row) => row.per_10000 !== undefined);
  return (
    <section class="sheet">
      <p class="parts">{periodOf(answer)}</p>
      <div class="scroll tall" tabIndex={0} role="region" aria-label={pick(answer.name, answer.name_en)}>
        <table>
          <thead>
            <tr>
              {answer.group_by.map((name) => <th key={name} scope="col">{named(name)}</th>)}
              {!answer.group_by.length && <th scope="col">{say("whole")}</th>}
              {speed ? at.map((one) => <th key={one} scope="col">{one}</th>) : <th scope="col">{pick(answer.name, answer.name_en)}</th>}
              {share && <><th scope="col">{say("numerator")}</th><th scope="col">{say("denominator")}</th><th scope="col">{say("interval")}</th></>}
              {speed && <th scope="col">{say("n")}</th>}
              {people && <th scope="col">{say("per_10000")}</th>}
            </tr>
          </thead>
          <tbody>
            {answer.rows.slice(0, drawn).map((row) => (
              <tr key={Object.values(row.group).join("/")}>
                {answer.group_by.map((name) => <th key={name} scope="row">{pick(row.labels[name]?.zh, row.labels[name]?.en) || row.group[name]}</th>)}
                {!answer.group_by.length && <th scope="row">{say("whole")}</th>}
                {speed
                  ? at.map((one) => <td key={one}>{row.quantiles?.[one] === undefined ? "—" : duration(row.quantiles[one])}</td>)
                  : <td><button type="button" class="plain" onClick={() => openReceipt(answer, row.group)}><strong>{shown(row)}</strong></button>{share && <Bar row={row} />}</td>}
                {share && <><td>{number(row.numerator ?? 0, 1)}</td><td>{number(row.denominator ?? 0, 1)}</td><td>{row.interval ? `${percent(row.interval[0])} – ${percent(row.interval[1])}` : "—"}</td></>}
                {speed && <td>{number(row.denominator ?? 0)}</td>}
                {people && <td>{row.per_10000 === undefined ? "—" : number(row.per_10000, 1)}</td>}
              </tr>
            ))}
            {answer.rows.length === 0 && <tr><th scope="row">{say("nothing_yet")}</th></tr>}
          </tbody>
        </table>
      </div>
    </section>
  );
}
