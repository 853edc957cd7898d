import type { Figure } from "../api";

/** A share on a track, its interval around it. For the eye alone: the numbers stand beside it. */
export function Bar({ row }: { row: Figure }) {
  const style = { "--value": row.value ?? 0, "--low": row.interval?.[0] ?? 0, "--high": row.interval?.[1] ?? 0 };
  return (
    <div class="bar" aria-hidden="true" style={style}>
      {row.value !== null && <i />}
      {row.value !== null && row.interval && <b />}
    </div>
  );
}
