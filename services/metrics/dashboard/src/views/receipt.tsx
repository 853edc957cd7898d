// What stands behind a figure: the definition, whether the cases add up to it, which they are, and what happened to each.
import { useEffect, useRef, useState } from "preact/hooks";

import { address, get, type Evidence, type Figure, type Receipt, type Side } from "../api";
import { duration, moment, number, percent, time } from "../format";
import { Missing } from "../parts/missing";
import { periodOf } from "../periods";
import { whose, type Whose } from "../receipts";
import { moveName, named, pick, restName, say, senderName } from "../words";

const SIDES: Side[] = ["numerator", "rest", "denominator", "left_out"];

export function ReceiptDrawer() {
  const open = whose.value;
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (open && !dialog.current?.open) dialog.current?.showModal();
    if (!open) dialog.current?.close();
  }, [open]);
  return (
    <dialog ref={dialog} class="drawer" aria-label={say("receipt")} onClose={() => (whose.value = null)}>
      {open && <Inside key={JSON.stringify(open)} asked={open} />}
    </dialog>
  );
}

function Inside({ asked }: { asked: Whose }) {
  const [side, setSide] = useState<Side>(asked.side);
  const [pages, setPages] = useState<Receipt[]>([]);
  const [error, setError] = useState<unknown>(null);
  const [opened, setOpened] = useState<string | null>(null);
  const path = `/v1/rates/${asked.rate}/receipt`;
  const question = { basis: asked.basis, reading: asked.reading, from: asked.from, to: asked.to, ...asked.only, side };
  const read = (cursor: string | null) =>
    get<Receipt>(path, { ...question, cursor }).then((page) => setPages((before) => (cursor ? [...before, page] : [page])), setError);
  useEffect(() => {
    setPages([]);
    setError(null);
    void read(null);
  }, [side]);
  const receipt = pages[0];
  const last = pages.at(-1);
  return (
    <>
      <header>
        <h2>{receipt ? pick(receipt.name, receipt.name_en) : say("receipt")}</h2>
        <button type="button" class="button" onClick={() => (whose.value = null)}>{say("close")}</button>
      </header>
      {error ? <Missing error={error} again={() => { setError(null); setPages([]); void read(null); }} /> : !receipt ? <p class="missing" role="status">{say("counting")}</p> : (
        <>
          <p class="where">{[...Object.entries(receipt.recounted.labels).map(([, label]) => pick(label.zh, label.en)), named(receipt.basis), named(receipt.reading)].join(" · ")}
            <br />{periodOf(receipt)}</p>
          <p class={`verdict ${receipt.agrees === false ? "bad" : "good"}`} role="status">
            <strong>{worth(receipt.figure ?? receipt.recounted, receipt)}</strong>
            <span>{receipt.agrees === null ? say("as_then") : say(receipt.agrees ? "agrees" : "disagrees")}</span>
          </p>
          <details><summary>{say("definition")} · {say("version")} {receipt.definition.version}</summary>
            <p>{pick(receipt.definition.meaning, receipt.definition.meaning_en)}</p>
            <p>{say("source")}: {receipt.definition.source}</p>
            <p>{say("position")}: <code>{Object.entries(receipt.position).map((pair) => pair.join(":")).join(" ")}</code></p>
          </details>
          <div class="bar-top">
            <fieldset class="pills"><legend class="unseen">{say("cases")}</legend>
              {SIDES.filter((one) => one in receipt.counts && (receipt.definition.denominator !== null || one === "numerator" || one === "left_out")).map((one) => (
                <label key={one}><input type="radio" name="side" checked={side === one} onChange={() => setSide(one)} /><span>{sideName(one, receipt)} {number(receipt.counts[one] ?? 0)}</span></label>
              ))}
            </fieldset>
            {["xlsx", "csv"].map((format) => <a key={format} class="button" href={address(`${path}/export`, { ...question, format })} download>{format.toUpperCase()}</a>)}
          </div>
          <ul class="cases">
            {pages.flatMap((page) => page.cases).map((one) => (
              <li key={one.case_id}>
                <button type="button" class="plain" aria-expanded={opened === one.case_id} onClick={() => setOpened(opened === one.case_id ? null : one.case_id)}>
                  <b class={one.title ? "" : "none"}>{one.title || say("untitled")}</b>
                  <span class="parts"><code>{one.number ?? one.case_id}</code> {one.labels && ` · ${pick(one.labels.zh, one.labels.en) || one.department}`}</span>
                  <span class="parts">{named(one.standing)}{one.why ? ` · ${named(one.why)}` : ""}
                    {one.due_at ? ` · ${say("due_at")} ${moment(one.due_at)}` : ""}
                    {one.days_late != null && <em class="bad"> · {say("late")} {duration(one.days_late * 86_400)}</em>}
                    {side !== "left_out" && (one.numerator > 1 || one.denominator > 1) && ` · ${number(one.numerator, 1)}${one.denominator ? ` / ${number(one.denominator)}` : ""}`}
                  </span>
                </button>
                {opened === one.case_id && <Timeline case_id={one.case_id} />}
              </li>
            ))}
          </ul>
          {pages.every((page) => page.cases.length === 0) && <p class="missing" role="status">{say("no_cases")}</p>}
          {last?.next && <button type="button" class="button" onClick={() => void read(last.next)}>{say("more")}</button>}
        </>
      )}
    </>
  );
}

function sideName(side: Side, { rate, definition }: Receipt): string {
  if (side === "rest") return restName(rate);
  return side === "numerator" && definition.denominator === null ? say("counted") : say(side);
}

function worth(row: Figure, receipt: Receipt): string {
  if (receipt.definition.quantiles) return row.value === null ? "—" : duration(row.value);
  if (receipt.definition.denominator === null) return number(row.value ?? 0);
  return `${percent(row.value) ?? "—"} = ${number(row.numerator ?? 0, 1)} / ${number(row.denominator ?? 0, 1)}`;
}

function Timeline({ case_id }: { case_id: string }) {
  const [found, setFound] = useState<Evidence | null>(null);
  const [error, setError] = useState<unknown>(null);
  useEffect(() => void get<Evidence>(`/v1/evidence/${encodeURIComponent(case_id)}`).then(setFound, setError), [case_id]);
  if (!found) return <Missing error={error} />;
  return (
    <ol class="steps" aria-label={say("timeline")}>
      {(found.evidence.steps ?? []).map((step) => (
        <li key={step.seq}><time dateTime={step.at}>{time(step.at)}</time> <strong>{moveName(step.action)}</strong> <span>{senderName(step.by, found.labels)}{step.department ? ` → ${pick(found.labels[step.department]?.zh, found.labels[step.department]?.en) || step.department}` : ""}</span></li>
      ))}
    </ol>
  );
}
