import type { Figure, Span } from "../api";
import { number } from "../format";

/** Counts hour by hour as columns; the ones to come are left blank. */
export function Columns({ spans, figures, label }: { spans: Span[]; figures: Figure[]; label: string }) {
  const values = figures.map((one) => one.value ?? 0);
  const top = Math.max(1, ...values);
  return (
    <div class="columns" role="img" aria-label={`${label}: ${values.map((value) => number(value)).join(", ")}`}>
      {values.map((value, index) => {
        const hour = spans[index]?.span.slice(11) ?? "";
        return (
          <div key={index} title={`${hour}:00 · ${number(value)}`}>
            <i style={{ height: `${(100 * value) / top}%` }} />
            <small aria-hidden="true">{Number(hour) % 6 === 0 ? Number(hour) : ""}</small>
          </div>
        );
      })}
    </div>
  );
}
