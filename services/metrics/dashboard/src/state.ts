// What all views share: language, who is signed in, the live overview and how its stream stands.
import { effect, signal } from "@preact/signals";

import type { Overview } from "./api";

export type Language = "zh" | "en";
export type Link = "opening" | "live" | "away" | "down";

export const language = signal<Language>((localStorage.getItem("language") as Language | null) ?? "zh");
export const signedIn = signal<boolean | null>(null);
export const link = signal<Link>("opening");
/** When the server was last heard of. */
export const heard = signal<number | null>(null);
export const overview = signal<Overview | null>(null);
export const zone = signal("Asia/Shanghai");
/** Rises with every picture of the stream: views that ask for figures of their own ask again. */
export const moved = signal(0);

/** 长者版: large letters and buttons, one thing below the other. */
export const large = signal(localStorage.getItem("large") === "yes");
effect(() => void (document.documentElement.dataset.size = large.value ? "large" : "usual"));

export function switchSize(): void {
  large.value = !large.value;
  localStorage.setItem("large", large.value ? "yes" : "no");
}

export function switchLanguage(): void {
  language.value = language.value === "zh" ? "en" : "zh";
  localStorage.setItem("language", language.value);
}
