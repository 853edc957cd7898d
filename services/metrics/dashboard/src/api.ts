// The questions that the page asks of metrics, and their answers as far as it reads them.
import { signedIn } from "./state";

export interface Labels { zh?: string; en?: string }
/** Up to when is counted, and whether that is all there is. */
export interface Counted { counted_up_to: string | null; behind_seconds: number | null; complete: boolean }
export interface Figure {
  group: Record<string, string>; labels: Record<string, Labels>;
  numerator: number | null; denominator: number | null; value: number | null; reason: string | null;
  interval: [number, number] | null;
  coverage: { numerator: number; denominator: number; value: number | null } | null;
  quantiles?: Record<string, number>; per_10000?: number;
}
export interface Definition {
  id: string; version: number; name: string; name_en: string; numerator: unknown; denominator: unknown;
  bases: string[]; meaning: string; meaning_en: string; source: string; quantiles?: { at: number[] };
}
export interface Answer extends Counted {
  period: Labels;
  rate: string; name: string; name_en: string; definition: Definition; basis: string; reading: string;
  group_by: string[]; rows: Figure[]; position: Record<string, number>; from: string | null; to: string | null;
}
export interface Overview extends Counted { at: string; zone: string; today: string; position: Record<string, number>; answers: Answer[] }
export interface RateCatalogue { definitions: Definition[]; dimensions: string[]; made_of: Record<string, string>; group_by: string[]; assessments: string[] }
export interface Span { span: string; from: string; to: string; complete: boolean; mature: boolean }
export interface Series extends Omit<Answer, "rows"> { by: string; groups: number; spans: Span[]; rows: { group: Record<string, string>; labels: Record<string, Labels>; figures: Figure[] }[] }
export interface Share {
  number?: string | null; title?: string | null; department?: string; labels?: Labels; due_at?: string | null; days_late?: number | null;
  case_id: string; numerator: number; denominator: number; standing: string; why: string | null;
}
export type Side = "numerator" | "denominator" | "rest" | "left_out";
export interface Receipt extends Counted {
  period: Labels;
  rate: string; name: string; name_en: string; definition: Definition; basis: string; reading: string;
  only: Record<string, string>; position: Record<string, number>; recounted: Figure; figure: Figure | null;
  agrees: boolean | null; partitions: { partition: number; seq: number; cells: Record<string, number>; cases: Record<string, number>; agrees: boolean }[] | null;
  counts: Partial<Record<Side, number>>; side: Side; cases: Share[]; from: string | null; to: string | null; next: string | null;
}
export interface Step { seq: number; action: string; at: string; by: string; state: string; department?: string }
export interface Piece { basis: string; bucket: string; tally: Record<string, number>; since: number; until?: number }
export interface Evidence { partition: number; labels: Record<string, Labels>; evidence: { case_id: string; seq: number; steps?: Step[]; pieces: Piece[] } }
export interface Scores { least_n?: number; rows: { n?: number; unranked?: string | null; group: Record<string, string>; labels: Record<string, Labels>; score: number | null; rank: number | null; weight: number }[] }
export interface Places {
  grids: { id: string; name: string; name_en: string; community: string; polygon: [number, number][][] }[];
  communities: { id: string; name: string; name_en: string; street: string; inhabitants: number | null }[];
  streets: { id: string; name: string; name_en: string }[];
}
export interface PublicFigure { labels: Labels; value: number | null; n: number | null }
export interface Board { period?: Labels; rate: string; name: string; name_en: string; meaning: string; meaning_en: string; total: PublicFigure; departments: PublicFigure[]; hidden: number }
export interface PublicBoards extends Counted { period: Labels; at: string; since: string; least: number; boards: Board[] }
export interface AlertFigure {
  rate: string; basis: string; reading: string; group?: Record<string, string>; value: number | null; n: number; threshold: number; mean?: number;
  part?: "numerator" | "denominator" | "rest";
  from?: string; to?: string;
}
export interface Alert {
  id: string; rule: string; kind: "rate_below" | "count_above" | "rise"; name: string; name_en: string; rate_name: string; rate_name_en: string;
  labels: Record<string, Labels>; state: string; since: string; cleared_at: string | null; why: "figure" | "rule" | null; figure: AlertFigure;
}
export interface Alerts {
  waits: boolean;
  at: string; judged_at: string | null; rules: number; standing: Alert[]; cleared: Alert[];
  broken: { rule: string; name: string; name_en: string; code: string; field: string; reason: Labels }[];
}

export type Question = Record<string, string | number | null | undefined>;

/** An answer that is a problem (RFC 9457). */
export class Problem extends Error {
  constructor(readonly status: number, readonly code: string, detail: string) {
    super(detail);
  }
}

/** `path?question`, without what is not asked. */
export function address(path: string, question: Question = {}): string {
  const asked = new URLSearchParams();
  for (const [name, value] of Object.entries(question)) if (value !== null && value !== undefined && value !== "") asked.set(name, String(value));
  const text = asked.toString();
  return text ? `${path}?${text}` : path;
}

export async function get<T>(path: string, question: Question = {}, signal?: AbortSignal): Promise<T> {
  const answer = await fetch(address(path, question), { signal: signal ?? null, headers: { Accept: "application/json" } });
  if (answer.ok) return (await answer.json()) as T;
  if (answer.status === 401) signedIn.value = false;
  throw await problem(answer);
}

async function problem(answer: Response): Promise<Problem> {
  const told = (await answer.json().catch(() => ({}))) as { code?: string; detail?: string };
  return new Problem(answer.status, told.code ?? "", told.detail ?? answer.statusText);
}

/** Keep the key's sign-in in an HttpOnly cookie. Throws Problem where the key is not good. */
export async function signIn(key: string): Promise<void> {
  const answer = await fetch("/v1/session", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ key }) });
  if (!answer.ok) throw await problem(answer);
  signedIn.value = true;
}

/** End the sign-in, copies of its cookie too. Throws where it goes on. */
export async function signOut(): Promise<void> {
  const answer = await fetch("/v1/session", { method: "DELETE" });
  if (!answer.ok) throw await problem(answer);
  signedIn.value = false;
}

/** Whether a sign-in of before still holds. */
export async function resume(): Promise<void> {
  try {
    await get("/v1/session");
    signedIn.value = true;
  } catch (error) {
    if (!(error instanceof Problem && error.status < 500)) return void setTimeout(resume, 2000);
    // while this was being read somebody may have signed in
    signedIn.value ??= false;
  }
}
