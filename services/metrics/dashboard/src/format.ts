// Numbers and times as people read them.
import { language, zone } from "./state";
import { say } from "./words";

export function locale(): string {
  return language.value === "zh" ? "zh-CN" : "en-GB";
}

export function number(value: number, digits = 0): string {
  return value.toLocaleString(locale(), { maximumFractionDigits: digits });
}

const MOST_DECIMALS = 12;

/** One decimal, and more where it would say all (100%) though one is missing, or none though there is one: 2,499 of 2,500
 * are 99.96%. The same rule as services/metrics/domain/percent.py. */
export function percent(value: number | null | undefined): string | null {
  if (value === null || value === undefined) return null;
  const digits = value === 1 ? 0 : decimals(value);
  return `${(value * 100).toLocaleString(locale(), { minimumFractionDigits: digits, maximumFractionDigits: digits })}%`;
}

function decimals(share: number): number {
  const rest = 100 * Math.min(Math.abs(share), Math.abs(1 - share));
  let found = 1;
  while (rest > 0 && rest < 0.51 * 10 ** -found && found < MOST_DECIMALS) found += 1;
  return found;
}

/** A time as people write it here, without the year where it is this year's: 11月30日 18:00. */
export function moment(at: string): string {
  const shown = new Date(at);
  const thisYear = new Intl.DateTimeFormat("sv-SE", { timeZone: zone.value, year: "numeric" }).format(shown) === today().slice(0, 4);
  return shown.toLocaleString(locale(), {
    timeZone: zone.value, month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", ...(thisYear ? {} : { year: "numeric" as const }),
  });
}

/** Seconds as days, hours or minutes. */
export function duration(seconds: number): string {
  if (seconds < 5400) return `${number(seconds / 60, 0)} ${say("minutes")}`;
  if (seconds < 172_800) return `${number(seconds / 3600, 1)} ${say("hours")}`;
  return language.value === "zh" ? `${number(seconds / 86_400, 1)} 天` : `${number(seconds / 86_400, 1)} d`;
}

export function time(at: string | number): string {
  return new Date(at).toLocaleString(locale(), { timeZone: zone.value, dateStyle: "short", timeStyle: "short" });
}

export function clock(at: number): string {
  return new Date(at).toLocaleTimeString(locale(), { timeZone: zone.value });
}

export function longDay(day: string): string {
  return new Date(`${day}T00:00:00Z`).toLocaleDateString(locale(), { dateStyle: "full", timeZone: "UTC" });
}

/** Today's date in the deployment's zone, as 2026-11-28. */
export function today(): string {
  return new Intl.DateTimeFormat("sv-SE", { timeZone: zone.value, dateStyle: "short" }).format(new Date());
}

/** The date so many days before today. */
export function daysAgo(days: number): string {
  const day = new Date(`${today()}T00:00:00Z`);
  day.setUTCDate(day.getUTCDate() - days);
  return day.toISOString().slice(0, 10);
}

export function age(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1000));
  if (seconds < 90) return `${seconds} ${say("seconds")}`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} ${say("minutes")}` : `${Math.round(seconds / 3600)} ${say("hours")}`;
}
