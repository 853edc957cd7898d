"""Sums over recounted cases and what happened to them: every rate on every basis, by every group."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from .recount import Case, Json, Recount, dims_of

Figures = dict[tuple[str, str, tuple[str, ...]], dict[tuple[str, ...], tuple[int, int | None]]]
"""(rate, basis, group_by) → values of those dimensions → numerator and denominator (None for a count)."""

ZONE = ZoneInfo("Asia/Shanghai")
GROUPS: tuple[tuple[str, ...], ...] = (
    (),
    ("channel",),
    ("department",),
    ("category",),
    ("channel", "department"),
    ("channel", "category"),
    ("department", "category"),
)


def is_valid(case: Case) -> bool:
    """Counts in rates."""
    return case["state"] not in ("rejected", "void", "merged", "returned")


def is_closed(case: Case) -> bool:
    """办结."""
    return case["state"] in ("closed", "follow_up", "evaluated", "archived")


def day(at: datetime) -> str:
    """The date in Shanghai."""
    return at.astimezone(ZONE).date().isoformat()


def hour(at: datetime) -> str:
    """The full hour in Shanghai, with its offset."""
    return at.astimezone(ZONE).replace(minute=0, second=0, microsecond=0).isoformat()


def points(cases: Iterable[Case]) -> Iterator[tuple[str, str, str, Mapping[str, str], int, int | None]]:
    """(rate, basis, bucket, dimensions, part of the numerator, part of the denominator) of everything that counts."""
    for case in cases:
        dims = dims_of(case)
        if is_valid(case):
            received, replied = day(case["received_at"]), case["replied_at"]
            yield "handled", "cohort", received, dims, int(is_closed(case)), 1
            yield "replied", "cohort", received, dims, int(replied is not None), 1
            if case["evaluation"] is not None:
                yield "satisfied", "cohort", received, dims, int(case["evaluation"]["grade"] >= 3), 1
            in_time = replied is not None and replied <= case["due_at"]
            yield "on_time", "due", hour(case["due_at"]), dims, int(in_time), 1
        for event in case["happened"]:
            when = hour(event["at"])
            yield f"{event['kind']}_count", "flow", when, event["dims"], 1, None
            if event["kind"] == "evaluated":
                yield "satisfied", "flow", when, event["dims"], int(event["grade"] >= 3), 1


def figures(recounted: Recount, *, begin: str = "", end: str = "9999", until: datetime | None = None) -> Figures:
    """Every figure of every group. `begin` ≤ bucket < `end`, as `2024-03-30` (cohort) or `2024-03-30T09:00:00+08:00`.

    `until` is the now of the question: due figures count up to its last full hour.
    """
    found: Figures = {}
    for rate, basis, bucket, dims, numerator, denominator in points(recounted.cases.values()):
        if not begin <= bucket < end or (basis == "due" and until is not None and bucket >= hour(until)):
            continue
        for group_by in GROUPS:
            rows = found.setdefault((rate, basis, group_by), {})
            values = tuple(dims[name] for name in group_by)
            before = rows.get(values, (0, None if denominator is None else 0))
            rows[values] = (before[0] + numerator, None if denominator is None else (before[1] or 0) + denominator)
    return found


def answered(answer: Json) -> dict[tuple[str, ...], tuple[int, int | None]]:
    """The rows of a GET /v1/rates answer as `figures` has them; rows in which nothing counts are left off."""
    group_by = answer["group_by"]
    return {
        tuple(row["group"][name] for name in group_by): (row["numerator"], row["denominator"])
        for row in answer["rows"]
        if row["numerator"] or row["denominator"]
    }


def coverage(recounted: Recount) -> tuple[int, int]:
    """Of the cohort's satisfied: evaluated and now closed, over all valid cases."""
    valid = [case for case in recounted.cases.values() if is_valid(case)]
    return sum(case["evaluation"] is not None for case in valid), sum(is_closed(case) for case in valid)
