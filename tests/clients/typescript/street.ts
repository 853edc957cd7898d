// A source, a dispatcher and a department by openapi-fetch and the generated types: from a ticket to its figure.
// Takes {urls, keys, unit, category} as its argument, prints what it saw.
import createClient, { type Client } from "openapi-fetch";

import type { components as IntakeParts, paths as Intake } from "./intake.js";
import type { paths as Metrics } from "./metrics.js";
import type { components as NotifyParts, paths as Notify } from "./notify.js";
import type { components as RoutingParts, paths as Routing } from "./routing.js";

declare const process: { argv: string[] };
declare const crypto: { randomUUID(): string };

type Street = {
  urls: Record<"intake" | "routing" | "notify" | "metrics", string>;
  keys: Record<"source" | "dispatcher" | "department" | "dashboard", string>;
  unit: string;
  category: string;
};
type Who = keyof Street["keys"];
type Action = IntakeParts["schemas"]["ActionBody"];

const SECONDS = 60;
const street = JSON.parse(process.argv[2] ?? "{}") as Street;

function client<Paths extends {}>(service: keyof Street["urls"], who: Who): Client<Paths> {
  return createClient<Paths>({
    baseUrl: street.urls[service],
    headers: { Authorization: `Bearer ${street.keys[who]}` },
  });
}

async function until<Found>(ask: () => Promise<Found | undefined>): Promise<Found> {
  const end = Date.now() + SECONDS * 1000;
  for (;;) {
    const found = await ask();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error(`nothing for ${SECONDS} s`);
    await new Promise((wake) => setTimeout(wake, 100));
  }
}

function ticket(): IntakeParts["schemas"]["SubmissionBody"] {
  return {
    channel: "hotline",
    source_id: crypto.randomUUID(),
    title: "路灯不亮",
    text: "三号楼前的路灯坏了",
    reported_at: new Date().toISOString(),
  };
}

async function act(
  who: Who,
  caseId: string,
  said: Omit<Action, "action_id" | "at">,
): Promise<RoutingParts["schemas"]["ActionOutcome"]> {
  const taken = await client<Intake>("intake", who).POST("/v1/cases/{case_id}/actions", {
    params: { path: { case_id: caseId } },
    body: { ...said, action_id: crypto.randomUUID(), at: new Date().toISOString() },
  });
  if (taken.data === undefined) throw new Error(taken.error.detail);
  const path = { case_id: caseId, action_id: taken.data.action_id };
  return until(async () => {
    const asked = await client<Routing>("routing", who).GET("/v1/cases/{case_id}/actions/{action_id}", {
      params: { path },
    });
    return asked.data;
  });
}

function caseOf(caseId: string): Promise<RoutingParts["schemas"]["CaseWhole"]> {
  return until(async () => {
    const asked = await client<Routing>("routing", "source").GET("/v1/cases/{case_id}", {
      params: { path: { case_id: caseId } },
    });
    return asked.data;
  });
}

async function replied(): Promise<number> {
  const asked = await client<Metrics>("metrics", "dashboard").GET("/v1/rates", {
    params: { query: { rate: "replied", basis: "cohort" } },
  });
  if (asked.data === undefined) throw new Error(asked.error.detail);
  return asked.data.rows.reduce((sum, row) => sum + (row.numerator ?? 0), 0);
}

async function notices(caseId: string): Promise<NotifyParts["schemas"]["AssignmentNotice"][]> {
  const found: NotifyParts["schemas"]["AssignmentNotice"][] = [];
  for (let cursor: string | null = null, more = true; more; ) {
    const query: { limit: number; cursor: string | null } = { limit: 1000, cursor };
    const page = await client<Notify>("notify", "department").GET("/v1/departments/{department}/assignments", {
      params: { path: { department: street.unit }, query },
    });
    if (page.data === undefined) throw new Error(page.error.detail);
    found.push(...page.data.items.filter((notice) => notice.case_id === caseId));
    ({ cursor, more } = page.data);
  }
  return found;
}

const before = await replied();
const source = client<Intake>("intake", "source");
const accepted = await source.POST("/v1/tickets", { body: ticket() });
if (accepted.data === undefined) throw new Error(accepted.error.detail);
const batch = await source.POST("/v1/tickets/batch", {
  body: [ticket(), ticket()].map((one) => JSON.stringify(one)).join("\n"),
  bodySerializer: (lines) => lines,
  headers: { "Content-Type": "application/x-ndjson" },
  parseAs: "text",
});
if (batch.data === undefined) throw new Error(batch.error.detail);
type Line = { status: number; case_id: string };
const many = batch.data.trim().split("\n").map((line) => JSON.parse(line) as Line);

const begun = await caseOf(accepted.data.case_id);
const outcomes = [
  await act("source", begun.case_id, { action: "accept", category: street.category }),
  await act("dispatcher", begun.case_id, { action: "dispatch", department: street.unit }),
  await act("department", begun.case_id, { action: "sign" }),
  await act("department", begun.case_id, { action: "reply", text: "已修复" }),
];
await until(async () => ((await replied()) > before ? true : undefined));
const told = await until(async () => (await notices(begun.case_id))[0]);
console.log(
  JSON.stringify({
    begun: begun.state,
    lines: many.map((line) => line.status),
    batch: (await Promise.all(many.map((line) => caseOf(line.case_id)))).map((one) => one.state),
    outcomes: outcomes.map((outcome) => outcome.outcome),
    ended: (await caseOf(begun.case_id)).state,
    told: told.notice,
  }),
);
