"""Sums over recounted cases and what happened to them: every rate on every basis, by every group, in both readings."""

from collections.abc import Iterable
from datetime import datetime

from .case import DIMENSIONS, Case, Json, dims_of
from .points import SPEEDS, day, hour, is_closed, is_valid, points
from .recount import Recount

Groups = dict[tuple[str, ...], tuple[float, int | None]]
"""Values of the grouping's dimensions → numerator and denominator (None for a count)."""
Figures = dict[tuple[str, str, tuple[str, ...]], Groups]
"""(rate, basis, group_by) → its groups."""

GROUPS: tuple[tuple[str, ...], ...] = (
    (),
    ("channel",),
    ("department",),
    ("category",),
    ("grid",),
    ("urgency",),
    ("channel", "department"),
    ("channel", "category"),
    ("department", "category"),
    ("department", "urgency"),
    ("category", "grid"),
)
READINGS = ("full", "assessed")
"""全口径 has all cases, 考核口径 leaves those that were excluded out, with all that happened to them."""


def figures(
    recounted: Recount, *, begin: str = "", end: str = "9999", until: datetime | None = None, reading: str = "full"
) -> Figures:
    """Every figure of every group. `begin` ≤ bucket < `end`, as `2024-03-30` (cohort) or `2024-03-30T09:00:00+08:00`.

    `until` is the now of the question: due figures count up to its last full hour. A group in which nothing counts is
    not there.
    """
    last = hour(until) if until is not None else None
    finest: Figures = {}
    for case in _read(recounted, reading):
        for rate, basis, bucket, dims, numerator, denominator in points(case):
            if begin <= bucket < end and not (basis == "due" and last is not None and bucket >= last):
                rows = finest.setdefault((rate, basis, DIMENSIONS), {})
                _add(rows, tuple(dims[name] for name in DIMENSIONS), numerator, denominator)
    found: Figures = {}
    for (rate, basis, _), rows in finest.items():
        for group_by in GROUPS:
            groups: Groups = {}
            for values, (numerator, denominator) in rows.items():
                _add(groups, tuple(values[DIMENSIONS.index(name)] for name in group_by), numerator, denominator)
            if kept := {values: (_plain(row[0]), row[1]) for values, row in groups.items() if row[0] or row[1]}:
                found[rate, basis, group_by] = kept
    return found


def _read(recounted: Recount, reading: str) -> Iterable[Case]:
    return (case for case in recounted.cases.values() if reading == "full" or not case["excluded"])


def _add(rows: Groups, values: tuple[str, ...], numerator: float, denominator: int | None) -> None:
    before = rows.get(values, (0, None if denominator is None else 0))
    rows[values] = (before[0] + numerator, None if denominator is None else (before[1] or 0) + denominator)


def _plain(numerator: float) -> float:
    """Sums of 0.9 in any order are the same number."""
    return round(numerator, 6)


def durations(
    recounted: Recount, group_by: tuple[str, ...] = (), *, begin: str = "", end: str = "9999", reading: str = "full"
) -> dict[str, dict[tuple[str, ...], list[float]]]:
    """办理时长: speed → values of `group_by` → seconds since the reception, sorted: any quantile can be read off."""
    found: dict[str, dict[tuple[str, ...], list[float]]] = {speed: {} for speed in SPEEDS}
    for case in _read(recounted, reading):
        if not is_valid(case) or not begin <= day(case["received_at"]) < end:
            continue
        values = tuple(dims_of(case)[name] for name in group_by)
        for speed, ended in SPEEDS.items():
            if case[ended] is not None:
                taken = (case[ended] - case["received_at"]).total_seconds()
                found[speed].setdefault(values, []).append(taken)
    return {speed: {values: sorted(taken) for values, taken in groups.items()} for speed, groups in found.items()}


def answered(answer: Json) -> Groups:
    """The rows of a GET /v1/rates answer as `figures` has them; rows in which nothing counts are left off."""
    group_by = answer["group_by"]
    return {
        tuple(row["group"][name] for name in group_by): (_plain(row["numerator"]), row["denominator"])
        for row in answer["rows"]
        if row["numerator"] or row["denominator"]
    }


def coverage(recounted: Recount, *, reading: str = "full") -> tuple[int, int]:
    """Of the cohort's satisfied: evaluated and now closed, over all valid cases."""
    valid = [case for case in _read(recounted, reading) if is_valid(case)]
    return sum(case["evaluation"] is not None for case in valid), sum(is_closed(case) for case in valid)
