// Numbers and times as people read them.
import { language, zone } from "./state";
import { say } from "./words";

export function locale(): string {
  return language.value === "zh" ? "zh-CN" : "en-GB";
}

export function number(value: number, digits = 0): string {
  return value.toLocaleString(locale(), { maximumFractionDigits: digits });
}

/** One decimal; never 100% where one is missing, nor 0% where there is one. */
export function percent(value: number | null | undefined): string | null {
  if (value === null || value === undefined) return null;
  let tenths = Math.round(value * 1000);
  if (tenths === 1000 && value < 1) tenths = 999;
  if (tenths === 0 && value > 0) tenths = 1;
  return `${(tenths / 10).toLocaleString(locale(), { minimumFractionDigits: tenths === 1000 ? 0 : 1 })}%`;
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
