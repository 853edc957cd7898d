// The periods that the views offer. The public board's is the first: this year.
import { signal } from "@preact/signals";

import type { Labels, Question } from "./api";
import { daysAgo, today } from "./format";
import { language } from "./state";
import { pick, say } from "./words";

export const PERIODS = ["year", "month", "days30", "days7", "all"] as const;
export type PeriodName = (typeof PERIODS)[number];

const EARLIEST = "1949-10-01"; // nothing is older; without any beginning the overview is of this year

const kept = localStorage.getItem("period");
export const period = signal<PeriodName>(PERIODS.find((name) => name === kept) ?? "year");

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

/** The period as a question's. */
export function asked(name: PeriodName = period.value): Question {
  if (name === "year") return { period: today().slice(0, 4) };
  if (name === "month") return { period: today().slice(0, 7) };
  return { from: firstDay(name) };
}

/** The same of the overview, which is of this year by itself, and then has all that is overdue. */
export function overviewAsked(name: PeriodName = period.value): Question {
  if (name === "year") return {};
  return name === "all" ? { from: EARLIEST } : asked(name);
}

/** What a period is called: the year and the month by themselves, 2026年 or 2026年11月. */
export function periodName(name: PeriodName): string {
  const day = today();
  const [year, month] = [day.slice(0, 4), Number(day.slice(5, 7))];
  if (name === "year") return language.value === "zh" ? `${year}年` : year;
  if (name !== "month") return say(name);
  if (language.value === "zh") return `${year}年${month}月`;
  return new Date(`${day}T00:00:00Z`).toLocaleDateString("en-GB", { month: "long", year: "numeric", timeZone: "UTC" });
}

/** The period of a figure, as it stands beside it. */
export function periodOf(told: { from: string | null; period: Labels }): string {
  return told.from?.startsWith(EARLIEST) ? say("all_times") : pick(told.period.zh, told.period.en);
}
