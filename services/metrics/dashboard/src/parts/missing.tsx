import { Problem } from "../api";
import { say } from "../words";

/** Why there is nothing to see, in the words of whoever refused. */
export function Missing({ error }: { error: unknown }) {
  if (!error) return <p class="missing" role="status">{say("opening")}</p>;
  const detail = error instanceof Problem ? error.message : say("failed");
  return <p class="missing bad" role="alert">{detail}</p>;
}
