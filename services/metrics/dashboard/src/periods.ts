// The periods that the views offer: from which day on.
import { signal } from "@preact/signals";

import { daysAgo, today } from "./format";

export const PERIODS = ["all", "year", "month", "days30", "days7"] as const;
export type PeriodName = (typeof PERIODS)[number];

export const period = signal<PeriodName>((localStorage.getItem("period") as PeriodName | null) ?? "all");

export function choose(name: PeriodName): void {
  period.value = name;
  localStorage.setItem("period", name);
}

/** The first day of the period; null for all. */
export function firstDay(name: PeriodName = period.value): string | null {
  if (name === "year") return `${today().slice(0, 4)}-01-01`;
  if (name === "month") return `${today().slice(0, 8)}01`;
  if (name === "days30") return daysAgo(29);
  return name === "days7" ? daysAgo(6) : null;
}
