import type { Answer } from "../api";
import { number } from "../format";
import { periodOf } from "../periods";
import { openReceipt } from "../receipts";
import { pick, say } from "../words";

/** 超期未结, red where there is any: what is due and still open. Beside it 逾期答复, which nothing can mend any more. */
export function Overdue({ open, late }: { open: Answer | undefined; late: Answer | undefined }) {
  if (!open || !late) return null;
  return (
    <section class="overdue" aria-labelledby="overdue-title">
      <h2 id="overdue-title">{say("overdue")}</h2>
      <dl>
        <Count answer={open} note="overdue_note" warn />
        <Count answer={late} note="late_note" />
      </dl>
    </section>
  );
}

function Count({ answer, note, warn }: { answer: Answer; note: "overdue_note" | "late_note"; warn?: boolean }) {
  const count = answer.rows[0]?.value ?? 0;
  return (
    <div class={warn && count > 0 ? "warn" : ""}>
      <dt>{pick(answer.name, answer.name_en)}</dt>
      <dd><button type="button" class="plain" onClick={() => openReceipt(answer)}>{number(count)}<span class="unseen"> {say("receipt")}</span></button></dd>
      <dd class="parts">{periodOf(answer)} · {say(note)}</dd>
    </div>
  );
}
