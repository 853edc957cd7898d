import { say } from "../words";

/** Nothing has ever come in: what to do to see something. */
export function Empty() {
  return (
    <section class="empty" aria-labelledby="empty-title">
      <h2 id="empty-title">{say("empty_title")}</h2>
      <p>{say("empty_lead")}</p>
      <ol>
        <li>{say("empty_push")}
          <pre><code>{PUSH}</code></pre>
        </li>
        <li>{say("empty_sources")}</li>
      </ol>
      <p>{say("empty_live")}</p>
    </section>
  );
}

const PUSH = `curl -sS ${location.protocol}//${location.hostname}:8101/v1/tickets \\
  -H "Authorization: Bearer $(.venv/bin/mingshao key source:hotline)" \\
  -H 'Content-Type: application/json' \\
  -d '{"channel": "hotline", "source_id": "HX-0001", "title": "路灯不亮",
       "text": "示例路 1 号门前路灯连续三晚不亮。", "category": "street-light",
       "reported_at": "'"$(date +%Y-%m-%dT%H:%M:%S%:z)"'"}'`;
