import type { Counted } from "../api";
import { clock, duration } from "../format";
import { say } from "../words";

/** 统计截至: above every view while what has happened is not all counted yet. */
export function Behind({ told }: { told: Counted | null }) {
  if (!told || told.complete) return null;
  const { counted_up_to: at, behind_seconds: seconds } = told;
  return (
    <p class="behind" role="status">
      <strong>{at === null ? say("counted_unknown") : `${say("counted_to")} ${clock(Date.parse(at))}`}</strong>
      {seconds !== null && ` (${say("late_by")} ${seconds < 90 ? `${Math.round(seconds)} ${say("seconds")}` : duration(seconds)})`}
      {` · ${say("behind_note")}`}
    </p>
  );
}
