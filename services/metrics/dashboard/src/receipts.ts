// Which figure's receipt is open, and at which side.
import { signal } from "@preact/signals";

import type { Answer, Side } from "./api";

export interface Whose { rate: string; basis: string; reading: string; from: string | null; to: string | null; only: Record<string, string>; side: Side }

export const whose = signal<Whose | null>(null);

/** Of one group of an answer. What is due counts up to the last full hour by itself, so its end is not asked for. */
export function openReceipt(answer: Pick<Answer, "rate" | "basis" | "reading" | "from" | "to">, group: Record<string, string> = {}, side: Side = "numerator"): void {
  whose.value = { rate: answer.rate, basis: answer.basis, reading: answer.reading, from: answer.from, to: answer.basis === "due" ? null : answer.to, only: group, side };
}
