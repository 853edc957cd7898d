"""What one case puts into every rate on every basis: SPEC's rates, case by case, occurrence by occurrence."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from .case import Case, dims_of
from .table import KINDS, NOT_VALID, NOW_CLOSED

Point = tuple[str, str, str, Mapping[str, str], float, int | None]
"""Rate, basis, bucket, dimensions, part of the numerator, part of the denominator (None for a count)."""

ZONE = ZoneInfo("Asia/Shanghai")
WEIGHTS = {5: 1.0, 4: 1.0, 3: 0.9}
RATES = (
    ("handled", "cohort"), ("replied", "cohort"),
    ("on_time", "due"), ("overdue_open", "due"), ("answered_late", "due"),
    ("on_time_first", "due"), ("handled_due", "due"), ("assist_on_time", "due"),
    ("signed_on_time", "flow"), ("contacted_first", "flow"),
    ("contacted", "cohort"), ("contacted", "flow"), ("resolved", "cohort"), ("resolved", "flow"),
    ("satisfied", "cohort"), ("satisfied", "flow"), ("satisfied_strict", "cohort"), ("satisfied_strict", "flow"),
    ("satisfied_first", "cohort"), ("satisfied_first", "flow"), ("not_dissatisfied", "cohort"),
    ("satisfied_weighted", "cohort"), ("satisfied_weighted", "flow"),
    ("returned", "cohort"), ("returned_up", "cohort"), ("redone", "cohort"), ("extended", "cohort"),
    ("self_handled", "cohort"), ("verified_first", "cohort"), ("once_done", "cohort"), ("duplicate", "cohort"),
    *((f"{kind}_count", "flow") for kind in KINDS),
)  # fmt: skip
SPEEDS = {"speed_signed": "signed_at", "speed_replied": "first_replied_at", "speed_closed": "closed_at"}


def is_valid(case: Case) -> bool:
    """Counts in rates."""
    return case["state"] not in NOT_VALID


def is_closed(case: Case) -> bool:
    """办结."""
    return case["state"] in NOW_CLOSED


def day(at: datetime) -> str:
    """The date in Shanghai."""
    return at.astimezone(ZONE).date().isoformat()


def hour(at: datetime) -> str:
    """The full hour in Shanghai, with its offset."""
    return at.astimezone(ZONE).replace(minute=0, second=0, microsecond=0).isoformat()


def points(case: Case) -> Iterator[Point]:
    """Everything that counts."""
    dims, received = dims_of(case), day(case["received_at"])
    for rate, numerator, denominator in _cohort(case):
        yield rate, "cohort", received, dims, numerator, denominator
    if is_valid(case):
        yield from _due(case)
    for event in case["happened"]:
        when = hour(event["at"])
        yield f"{event['kind']}_count", "flow", when, event["dims"], 1, None
        if event["kind"] == "evaluated" and case["first_evaluation"]["at"] == event["at"]:
            yield "satisfied_first", "flow", when, event["dims"], event["grade"] >= 3, 1
        for rate, numerator, denominator in _flow(event):
            yield rate, "flow", when, event["dims"], numerator, denominator


def _cohort(case: Case) -> Iterator[tuple[str, float, int]]:
    if case["state"] != "void":
        yield "returned_up", case["state"] == "returned", 1
    if case["accepted"] and (is_valid(case) or case["state"] == "merged"):
        yield "duplicate", case["state"] == "merged" or case["linked_to"] is not None, 1
    if is_valid(case):
        yield from _valid(case)


def _valid(case: Case) -> Iterator[tuple[str, float, int]]:
    closed, grade = is_closed(case), case["evaluation"]["grade"] if case["evaluation"] else None
    survey = case["follow_up"] if case["follow_up"] and case["follow_up"]["effective"] else None
    yield "handled", closed, 1
    yield "replied", case["replied_at"] is not None, 1
    yield "not_dissatisfied", grade is None or grade >= 3, 1
    yield "extended", case["extended"] > 0, 1
    yield "returned", case["returns"], case["dispatches"]
    yield "verified_first", case["verifications_failed"], case["verifications"]
    if closed:
        yield "self_handled", case["self_handled"], 1
        yield "once_done", case["redos"] == 0, 1
    if closed or case["redos"]:
        yield "redone", case["redos"] > 0, 1
    if survey:
        yield "contacted", survey["contacted"], 1
    if case["resolved"] is not None:
        yield "resolved", case["resolved"], 1
    elif survey:
        yield "resolved", survey["solved"] is True, 1
    yield "satisfied_weighted", WEIGHTS.get(grade or 0, 0), int(survey is not None)
    if grade is not None:
        yield "satisfied", grade >= 3, 1
        yield "satisfied_strict", grade >= 4, 1
    if case["first_evaluation"] is not None:
        yield "satisfied_first", case["first_evaluation"]["grade"] >= 3, 1


def _due(case: Case) -> Iterator[Point]:
    dims, due, first = dims_of(case), case["due_at"], case["first_due_at"]
    answered = case["replied_at"] if case["state"] in ("replied", *NOW_CLOSED) else None
    yield "on_time", "due", hour(due), dims, _by(answered, due), 1
    yield "overdue_open", "due", hour(due), dims, answered is None and not is_closed(case), None
    closed_unanswered = answered is None and is_closed(case)
    yield "answered_late", "due", hour(due), dims, closed_unanswered or (answered is not None and answered > due), None
    yield "on_time_first", "due", hour(first), dims, _by(case["first_replied_at"], first), 1
    yield "handled_due", "due", hour(due), dims, is_closed(case), 1
    for task in case["tasks"]:
        if task["state"] != "released":
            of = dims | {"department": task["department"]}
            yield "assist_on_time", "due", hour(task["due_at"]), of, _by(task["replied_at"], task["due_at"]), 1


def _by(at: datetime | None, due: datetime) -> bool:
    return at is not None and at <= due


def _flow(event: Case) -> Iterator[tuple[str, float, int]]:
    kind = event["kind"]
    if kind == "dispatched":
        yield "signed_on_time", 0, 1
        yield "contacted_first", 0, 1
    elif kind == "signed_on_time":
        yield "signed_on_time", 1, 0
    elif kind == "contacted_on_time":
        yield "contacted_first", 1, 0
    elif kind == "followed_up" and event["effective"]:
        yield "contacted", event["contacted"], 1
        yield "resolved", event["solved"] is True, 1
        yield "satisfied_weighted", 0, 1
    elif kind == "replied" and event.get("solved") is not None:
        yield "resolved", event["solved"], 1
    elif kind == "evaluated":
        yield "satisfied", event["grade"] >= 3, 1
        yield "satisfied_strict", event["grade"] >= 4, 1
        yield "satisfied_weighted", WEIGHTS.get(event["grade"], 0), 0
