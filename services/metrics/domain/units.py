"""What moves which cell: units follow a case's current summary, occurrences stay in their own hour.

DOMAIN.md, "What moves which cell", with its worked example as the golden test.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Literal, get_args
from zoneinfo import ZoneInfo

from services.contracts.actions import SATISFIED_FROM
from services.contracts.cases import CaseFact, CaseSummary, Occurrence, OccurrenceKind

from .cells import Place, Tally
from .periods import day_of, hour_of

Basis = Literal["cohort", "due", "flow"]
MEASURES: Mapping[Basis, tuple[str, ...]] = {
    "cohort": ("valid", "closed", "replied", "evaluated", "satisfied", "dissatisfied"),
    "due": ("due", "on_time"),
    "flow": (*get_args(OccurrenceKind), "satisfied", "dissatisfied"),
}
"""All that cells of a basis can hold."""


Units = dict[tuple[Basis, datetime], dict[str, int]]


def units(summary: CaseSummary | None, zone: ZoneInfo) -> Units:
    """(basis, bucket in UTC) → measures of one case as it stands; nothing where it is none or not valid."""
    if summary is None or not summary.valid:
        return {}
    cohort = {"valid": 1}
    if summary.now_closed:
        cohort["closed"] = 1
    if summary.replied_at is not None:
        cohort["replied"] = 1
    if summary.evaluation is not None:
        cohort["evaluated"] = 1
        cohort[_verdict(summary.evaluation.grade)] = 1
    due = {"due": 1}
    if summary.replied_at is not None and summary.replied_at <= summary.due_at:
        due["on_time"] = 1
    return {("cohort", day_of(summary.received_at, zone)): cohort, ("due", hour_of(summary.due_at, zone)): due}


def marks(occurrence: Occurrence) -> dict[str, int]:
    """The flow measures of one occurrence: its kind, and for an evaluation whether it satisfied."""
    measures: dict[str, int] = {occurrence.kind: 1}
    if occurrence.kind == "evaluated" and occurrence.grade is not None:
        measures[_verdict(occurrence.grade)] = 1
    return measures


def moves(fact: CaseFact, zone: ZoneInfo) -> Iterator[tuple[Place, Tally]]:
    """What one fact changes, by place; a refused one changes nothing."""
    yield from _units_moved(fact.before, fact.after, zone)
    for occurrences, sign in ((fact.removed, -1), (fact.added, +1)):
        for happened in occurrences:
            place = Place.of("flow", hour_of(happened.at, zone), happened.dims)
            yield place, {name: sign * count for name, count in marks(happened).items()}


def _units_moved(
    before: CaseSummary | None, after: CaseSummary | None, zone: ZoneInfo
) -> Iterator[tuple[Place, Tally]]:
    was, now = units(before, zone), units(after, zone)
    stayed = before is not None and after is not None and before.dims == after.dims
    for summary, mine, others, sign in ((before, was, now, -1), (after, now, was, +1)):
        for key, measures in mine.items():
            if summary is not None and not (stayed and others.get(key) == measures):
                yield Place.of(*key, summary.dims), {name: sign * count for name, count in measures.items()}


def _verdict(grade: int) -> str:
    return "satisfied" if grade >= SATISFIED_FROM else "dissatisfied"
