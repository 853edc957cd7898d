"""Routing and the recount, which shares no code with it, judge a seeded history alike: every outcome, every case."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import msgspec

from services.contracts.actions import ActionRequested
from services.contracts.directory import ROW_TYPES
from services.contracts.submissions import SubmissionReceived
from services.routing.domain.rules import rules_of
from services.routing.domain.state import CaseState
from services.routing.handlers import Bench
from services.routing.ports import Loaded
from tests.recount.history import generate
from tests.recount.recount import SUBMITTED, Record, Recount
from tests.unit.recount.log import STREET, logged

LOG = logged(generate(STREET, seed=11, cases=1500))
RULES = rules_of(
    1,
    {
        kind: {row_id: msgspec.convert(row, ROW_TYPES[kind]) for row_id, row in rows.items()}
        for kind, rows in STREET.items()
    },
)


def judged(records: list[Record]) -> tuple[list[tuple[str, str | None]], dict[str, CaseState]]:
    bench = Bench(0, 1, Loaded(cases={}, judged={}), RULES)
    outcomes: list[tuple[str, str | None]] = []
    for value, headers, _ in records:
        submitted = headers["ce_type"] == SUBMITTED
        command = msgspec.convert(value, SubmissionReceived) if submitted else msgspec.convert(value, ActionRequested)
        made = bench.judge(command, datetime(2026, 1, 1, tzinfo=UTC))
        bench.keep(made)
        refusal = made[0].refusal if made else None
        outcomes.append((made[0].outcome if made else "none", refusal.code if refusal else None))
    return outcomes, bench.changed


def told(case: CaseState) -> dict[str, Any]:
    """A case as the recount keeps it."""
    summary = case.summary
    occurred = [occurrence for step in case.steps for occurrence in step.occurrences]
    return {
        "state": summary.state,
        "department": summary.dims.department,
        "category": summary.dims.category,
        "due_at": summary.due_at,
        "replied_at": summary.replied_at,
        "grade": summary.evaluation.grade if summary.evaluation else None,
        "happened": Counter((one.kind, one.at, one.dims.department or "none", one.grade) for one in occurred),
    }


def counted(case: dict[str, Any]) -> dict[str, Any]:
    """What the recount keeps, in the same form."""
    happened = [(one["kind"], one["at"], one["dims"]["department"], one["grade"]) for one in case["happened"]]
    plain = {name: case[name] for name in ("state", "department", "category", "due_at", "replied_at")}
    return plain | {"grade": (case["evaluation"] or {}).get("grade"), "happened": Counter(happened)}


def test_routing_and_the_recount_judge_alike() -> None:
    recount = Recount(STREET).read(LOG)
    outcomes: list[tuple[str, str | None]] = []
    cases: dict[str, CaseState] = {}
    for records in LOG:
        said, changed = judged(records)
        outcomes += said
        cases |= changed
    for expected, found in zip(recount.outcomes, outcomes, strict=True):
        assert found == (expected["outcome"], expected["code"]), expected
    assert cases.keys() == recount.cases.keys()
    for name, case in recount.cases.items():
        assert told(cases[name]) == counted(case), name
