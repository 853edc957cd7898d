import { Problem } from "../api";
import { say, type Word } from "../words";

const WORDS: Record<number, Word> = { 401: "gone_session", 403: "not_for_you", 404: "not_there", 422: "not_understood", 429: "too_often", 503: "resting" };

/** Why there is nothing to see and what to do; below it the words of whoever refused. */
export function Missing({ error, again }: { error: unknown; again?: () => void }) {
  if (!error) return <p class="missing" role="status">{say("opening")}</p>;
  const known = error instanceof Problem ? WORDS[error.status] : undefined;
  return (
    <div class="missing bad" role="alert">
      <p>{say(known ?? "failed")}</p>
      {error instanceof Problem && error.message && <p class="parts">{error.message}</p>}
      <button type="button" class="button" onClick={again ?? (() => location.reload())}>{say("again")}</button>
    </div>
  );
}
