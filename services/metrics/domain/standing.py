"""What a case counts for as it stands, in four parts, each decided by some fields of its summary.

DOMAIN.md, "Rates". A part is counted anew only where one of its fields changed.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from operator import attrgetter
from typing import NamedTuple, get_args

from msgspec.structs import replace as _replace

from services.contracts.actions import SATISFIED_FROM
from services.contracts.cases import NOT_VALID, NOW_CLOSED, CaseSummary, State
from services.contracts.rates import CellBasis

from .bounds import times
from .cells import Values, values_of
from .durations import bin_of

STRICTLY_SATISFIED_FROM = 4
"""满意 or better: 基本满意 is left out."""
_STANDING: Mapping[State, str] = {
    state: state if state in NOT_VALID else "closed" if state in NOW_CLOSED else "open" for state in get_args(State)
}
"""As far as figures tell states apart."""


def standing(state: State) -> str:
    """How a case stands: open, closed, or why it does not count."""
    return _STANDING[state]


class Unit(NamedTuple):
    """Where a case counts: in the bucket of `at`, under these values of the dimensions."""

    basis: CellBasis
    at: datetime
    values: Values


Counted = Iterator[tuple[Unit, dict[str, int]]]


class Part(NamedTuple):
    """Some of a case's units. Two summaries of which `told` is the same have the same."""

    told: Callable[[CaseSummary], object]
    counted: Callable[[CaseSummary], Counted]


def verdicts(grade: int) -> dict[str, int]:
    """The measures of one evaluation's grade."""
    if grade < SATISFIED_FROM:
        return {"dissatisfied": 1}
    return {"satisfied": 1, ("satisfied_strict" if grade >= STRICTLY_SATISFIED_FROM else "satisfied_basically"): 1}


def reply_stands(case: CaseSummary) -> bool:
    """Whether the last reply was not taken back since: 审核退回, a failed 核查 and 重办 open the case again."""
    return case.replied_at is not None and (case.state == "replied" or case.state in NOW_CLOSED)


def told_by(*fields: str) -> Callable[[CaseSummary], object]:
    """The state as far as it matters, the dimensions, and these fields."""
    values = attrgetter("dims", "excluded", *fields)
    return lambda case: (_STANDING[case.state], values(case))


def _cohort(case: CaseSummary) -> Counted:
    tally = {"received": 1}
    valid = case.state not in NOT_VALID
    if case.accepted and (valid or case.state == "merged"):
        tally["accepted"] = 1
        if case.merged_into is not None or case.linked_to is not None:
            tally["duplicate"] = 1
    if case.state == "returned":
        tally["returned_up"] = 1
    if valid:
        _handling(case, tally)
        _judged(case, tally)
    yield Unit("cohort", case.received_at, values_of(case.dims)), tally


def _handling(case: CaseSummary, tally: dict[str, int]) -> None:
    tally["valid"] = 1
    if case.dispatches:
        tally["dispatches"], tally["returns"] = times(case.dispatches), times(case.returns)
    if case.replied_at is not None:
        tally["replied"] = 1
    if case.extended:
        tally["extended"] = 1
    if case.verifications:
        tally["verifications"] = times(case.verifications)
        tally["verifications_failed"] = times(case.verifications_failed)
    closed = case.state in NOW_CLOSED
    if closed:
        tally["closed"] = tally["ever_closed"] = 1
        if case.self_handled:
            tally["self_handled"] = 1
    if case.redos:
        tally["redone"] = tally["ever_closed"] = 1
    elif closed:
        tally["once_done"] = 1


def _judged(case: CaseSummary, tally: dict[str, int]) -> None:
    if case.evaluation is not None:
        tally["evaluated"] = 1
        tally.update(verdicts(case.evaluation.grade))
    if case.first_evaluation is not None:
        tally["first_evaluated"] = 1
        tally["first_satisfied"] = int(case.first_evaluation.grade >= SATISFIED_FROM)
    asked = case.follow_up if case.follow_up is not None and case.follow_up.effective else None
    if asked is not None:
        tally["effective"], tally["contacted"] = 1, int(asked.contacted)
    if case.resolved is not None:
        tally["resolution_asked"], tally["resolved"] = 1, int(case.resolved)
    elif asked is not None:
        tally["resolution_asked"], tally["resolved"] = 1, int(asked.solved is True)


def _due(case: CaseSummary) -> Counted:
    if case.state in NOT_VALID:
        return
    values, first = values_of(case.dims), case.first_replied_at
    closed = case.state in NOW_CLOSED
    in_time = case.replied_at is not None and case.replied_at <= case.due_at
    now, then = {"due": 1}, {"first_due": 1}
    if in_time:
        now["on_time"] = 1  # as its first definition has it, whatever became of the reply
    if closed:
        now["closed"] = 1
    # one of three, so that what is not in time is told apart
    if not reply_stands(case) and not closed:
        now["unanswered"] = 1
    elif in_time and reply_stands(case):
        now["in_time"] = 1
    else:
        now["answered_late"] = 1
    if first is not None and first <= case.first_due_at:
        then["first_on_time"] = 1
    yield Unit("due", case.due_at, values), now
    yield Unit("due", case.first_due_at, values), then


def _assists(case: CaseSummary) -> Counted:
    if case.state in NOT_VALID:
        return
    for task in case.tasks:
        if task.state != "released":
            in_time = task.replied_at is not None and task.replied_at <= task.due_at
            values = values_of(_replace(case.dims, department=task.department))
            yield Unit("due", task.due_at, values), {"assist_due": 1, "assist_on_time": int(in_time)}


def _durations(case: CaseSummary) -> Counted:
    if case.state in NOT_VALID:
        return
    ends = (
        ("signed", case.signed_at),
        ("replied", case.first_replied_at),
        ("closed", case.closed_at),
        ("due", case.due_at),
    )
    tally = {bin_of(name, end - case.received_at): 1 for name, end in ends if end is not None}
    yield Unit("durations", case.received_at, values_of(case.dims)), tally


_due_told = told_by("due_at", "replied_at", "first_due_at", "first_replied_at")
PARTS = (
    Part(
        told_by(
            "received_at", "accepted", "merged_into", "linked_to", "redos", "self_handled", "replied_at", "extended",
            "dispatches", "returns", "verifications", "verifications_failed", "evaluation", "first_evaluation",
            "follow_up", "resolved",
        ),
        _cohort,
    ),
    Part(lambda case: (_due_told(case), reply_stands(case)), _due),
    Part(told_by("tasks"), _assists),
    Part(told_by("received_at", "due_at", "signed_at", "first_replied_at", "closed_at"), _durations),
)  # fmt: skip
