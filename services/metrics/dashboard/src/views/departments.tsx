// Departments beside each other, with n and intervals; and one department by itself.
import { useMemo, useRef, useState } from "preact/hooks";

import type { Answer, RateCatalogue, Figure, Overview, Scores, Series } from "../api";
import { useAsked } from "../asked";
import { number, percent } from "../format";
import { Bar } from "../parts/bar";
import { Card } from "../parts/card";
import { Missing } from "../parts/missing";
import { Periods } from "../parts/periods";
import { usePiecewise } from "../parts/piecewise";
import { asked as asks, firstDay, periodOf } from "../periods";
import { openReceipt } from "../receipts";
import { href, route } from "../route";
import { language } from "../state";
import { pick, say } from "../words";
import { Groups } from "./overview";

const COLUMNS = ["handled", "on_time", "satisfied", "resolved", "returned", "redone"] as const;
const OWN = ["handled", "replied", "on_time", "signed_on_time", "satisfied", "resolved", "returned", "redone", "speed_replied"] as const;
type Sort = "name" | "n" | "score" | (typeof COLUMNS)[number];

interface Line { id: string; name: string; n: number; rows: Partial<Record<string, Figure>>; score: number | null; rank: number | null; few: number | null }

export function DepartmentsView() {
  return route.value.id ? <OneDepartment id={route.value.id} /> : <AllDepartments />;
}

function AllDepartments() {
  const from = firstDay();
  const asked = useAsked<Overview>("/v1/rates/several", { rates: COLUMNS.join(), group_by: "department", ...asks() });
  const answers = asked.data?.answers ?? [];
  const assessment = useAsked<RateCatalogue>("/v1/definitions", {}, false).data?.assessments[0];
  const scores = useAsked<Scores>(assessment ? "/v1/scores" : null, { assessment, from });
  const [sort, setSort] = useState<[Sort, 1 | -1]>(["n", -1]);
  const [wanted, setWanted] = useState("");
  const before = useRef(new Map<string, Line>());
  const lines = useMemo(() => [...(before.current = kept(before.current, gather(answers, scores.data))).values()], [asked.data, scores.data, language.value]);
  const shown = useMemo(() => {
    const text = wanted.trim().toLowerCase();
    const found = text ? lines.filter((one) => one.name.toLowerCase().includes(text) || one.id.includes(text)) : lines;
    return [...found].sort((a, b) => sort[1] * order(a, b, sort[0]) || (a.id < b.id ? -1 : 1));
  }, [lines, sort, wanted]);
  const drawn = usePiecewise(shown.length);
  if (!asked.data) return <Missing error={asked.error} />;
  const scored = lines.some((one) => one.score !== null);
  const head = (name: Sort, label: string) => (
    <th key={name} scope="col" aria-sort={sort[0] === name ? (sort[1] > 0 ? "ascending" : "descending") : "none"}>
      <button type="button" class="plain" onClick={() => setSort([name, sort[0] === name ? (-sort[1] as 1 | -1) : name === "name" ? 1 : -1])}>
        {label}<span aria-hidden="true">{sort[0] === name ? (sort[1] > 0 ? " ↑" : " ↓") : ""}</span>
      </button>
    </th>
  );
  return (
    <>
      <div class="bar-top">
        <label class="find"><span>{say("search")}</span><input type="search" value={wanted} onInput={(event) => setWanted(event.currentTarget.value)} /></label>
        <Periods />
      </div>
      <section class="sheet">
        <p class="parts">{answers[0] && periodOf(answers[0])}{scored && scores.data?.least_n && ` · ${say("score_note")} ${number(scores.data.least_n)} ${say("score_note_n")}`}</p>
        <div class="scroll tall" tabIndex={0} role="region" aria-label={say("departments")}>
          <table class="ranking">
            <thead>
              <tr>
                {head("name", say("department"))}{head("n", say("n"))}{scored && head("score", say("score"))}
                {answers.map((one) => head(one.rate as Sort, pick(one.name, one.name_en)))}
              </tr>
            </thead>
            <tbody>
              {shown.slice(0, drawn).map((line) => <Row key={line.id} line={line} answers={answers} scored={scored} from={from} />)}
              {shown.length === 0 && <tr><th scope="row" colSpan={COLUMNS.length + 3}>{say("nothing_yet")}</th></tr>}
            </tbody>
          </table>
        </div>
      </section>
    </>
  );
}

/** Drawn again only where something of it has changed: a thousand of them stand in the table. */
function Row({ line, answers, scored, from }: { line: Line; answers: Answer[]; scored: boolean; from: string | null }) {
  return useMemo(() => (
    <tr>
      <th scope="row"><a href={href("departments", line.id)}>{line.name}</a></th>
      <td>{number(line.n)}</td>
      {scored && <td>{line.score === null ? <span class="none">—</span> : <><strong>{number(line.score, 1)}</strong> <small>{line.rank === null ? `${say("unranked")}${line.few === null ? "" : ` · n ${number(line.few)}`}` : `#${line.rank}`}</small></>}</td>}
      {answers.map((answer) => {
        const { rate } = answer;
        const row = line.rows[rate];
        if (!row || row.value === null) return <td key={rate}><span class="none">—</span></td>;
        return (
          <td key={rate}>
            <button type="button" class="plain" onClick={() => openReceipt(answer, row.group)}>
              <strong>{percent(row.value)}</strong> <small>{number(row.numerator ?? 0)}/{number(row.denominator ?? 0)}</small>
            </button>
            <Bar row={row} />
          </td>
        );
      })}
    </tr>
  ), [line, scored, from, language.value]);
}

function OneDepartment({ id }: { id: string }) {
  const from = firstDay();
  const answers = useAsked<Overview>("/v1/rates/several", { rates: OWN.join(), department: id, ...asks() }).data?.answers ?? [];
  const trends = OWN.map((rate) => useAsked<Series>(rate.startsWith("speed") ? null : "/v1/rates/series", { rate, department: id, from: from ?? "2020-01-01", by: "month" }).data);
  const named = useAsked<Answer>("/v1/rates", { rate: "handled", group_by: "department", department: id });
  const kinds = useAsked<Overview>("/v1/rates/several", { rates: "handled,on_time,satisfied", group_by: "category", department: id, ...asks() }).data?.answers ?? [];
  if (named.error) return <Missing error={named.error} />;
  const label = named.data?.rows[0]?.labels.department;
  if (named.data && !label) return <p class="note" role="status">{say("no_department")} <code>{id}</code>{say("no_department_why")} <a href={href("departments")}>{say("departments")}</a></p>;
  return (
    <>
      <div class="bar-top"><h2><a href={href("departments")}>{say("departments")}</a> › {pick(label?.zh, label?.en) || id}</h2><Periods /></div>
      <section class="figures small">{answers.map((answer, index) => <Card key={answer.rate} answer={answer} trend={trends[index]} trendOf={say("by_month")} />)}</section>
      <Groups dimension="category" answers={kinds} />
    </>
  );
}

function gather(answers: Answer[], scores: Scores | null): Line[] {
  const lines = new Map<string, Line>();
  answers.forEach((answer) => {
    for (const row of answer.rows) {
      const id = row.group.department ?? "";
      if (id === "none") continue;
      const line = lines.get(id) ?? { id, name: pick(row.labels.department?.zh, row.labels.department?.en) || id, n: 0, rows: {}, score: null, rank: null, few: null };
      line.rows[answer.rate] = row;
      if (answer.rate === "handled") line.n = row.denominator ?? 0;
      lines.set(id, line);
    }
  });
  for (const row of scores?.rows ?? []) {
    const line = lines.get(row.group.department ?? "");
    if (line) [line.score, line.rank, line.few] = [row.score, row.rank, row.unranked === "too_few" ? (row.n ?? 0) : null];
  }
  return [...lines.values()];
}

/** The lines by id; those that say what they said before are the same objects as then. */
function kept(before: Map<string, Line>, lines: Line[]): Map<string, Line> {
  return new Map(lines.map((line) => {
    const old = before.get(line.id);
    return [line.id, old && JSON.stringify(old) === JSON.stringify(line) ? old : line];
  }));
}

function order(a: Line, b: Line, by: Sort): number {
  if (by === "name") return a.name.localeCompare(b.name, "zh-CN");
  if (by === "n") return a.n - b.n;
  if (by === "score") return ranking(a) - ranking(b);
  return (a.rows[by]?.value ?? -1) - (b.rows[by]?.value ?? -1);
}

/** Who is not ranked stands behind all who are. */
function ranking(line: Line): number {
  return line.rank === null ? (line.score ?? -1) - 1000 : (line.score ?? 0);
}
