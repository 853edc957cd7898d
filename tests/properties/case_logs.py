"""Strategies for the facts of a few cases, as metrics reads them: cases that change in anything that a summary says."""

from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import msgspec
from hypothesis import strategies as st

from services.contracts.actors import Actor
from services.contracts.cases import (
    CaseFact,
    CaseSummary,
    Dimensions,
    Evaluation,
    FollowUp,
    Occurrence,
    OccurrenceKind,
    State,
    Task,
    TaskState,
)
from services.contracts.submissions import Urgency

START = datetime(2026, 3, 1, tzinfo=UTC)

instants = st.integers(0, 60 * 24 * 40).map(lambda minutes: START + timedelta(minutes=minutes))
maybe = st.none() | instants
dimensions = st.builds(
    Dimensions,
    channel=st.sampled_from(["hotline", "grid"]),
    department=st.sampled_from([None, "a", "b"]),
    category=st.sampled_from([None, "noise"]),
    grid=st.sampled_from([None, "g1"]),
    urgency=st.sampled_from(get_args(Urgency)),
)
judged = st.none() | st.builds(Evaluation, at=instants, grade=st.integers(1, 5))
told = st.none() | st.booleans()
few = st.integers(0, 3)
tasks = st.builds(
    Task,
    id=st.uuids().map(str),
    department=st.sampled_from(["a", "b"]),
    state=st.sampled_from(get_args(TaskState)),
    assigned_at=instants,
    due_at=instants,
    first_due_at=instants,
    replied_at=maybe,
)
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "state": st.sampled_from(get_args(State)),
    "dims": dimensions,
    "received_at": instants,
    "due_at": instants,
    "first_due_at": instants,
    "first_replied_at": maybe,
    "replied_at": maybe,
    "closed_at": maybe,
    "signed_at": maybe,
    "inner_due_at": maybe,
    "evaluation": judged,
    "first_evaluation": judged,
    "redos": few,
    "dispatches": st.integers(3, 5),
    "returns": few,
    "accepted": st.booleans(),
    "extended": few,
    "verifications": st.integers(3, 5),
    "verifications_failed": few,
    "self_handled": st.booleans(),
    "resolved": told,
    "follow_up": st.none()
    | st.builds(FollowUp, at=instants, contacted=st.booleans(), effective=st.booleans(), solved=told),
    "merged_into": st.none() | st.just("t-9"),
    "linked_to": st.none() | st.just("t-9"),
    "excluded": st.booleans(),
    "published": st.booleans(),
    "tasks": st.lists(tasks, max_size=2).map(tuple),
}
summaries = st.builds(CaseSummary, kind=st.just("ticket"), **FIELDS)
occurrences = st.builds(
    Occurrence,
    id=st.uuids().map(str),
    kind=st.sampled_from(get_args(OccurrenceKind)) | st.sampled_from(["replied", "evaluated", "followed_up"]),
    at=instants,
    dims=dimensions,
    grade=st.integers(1, 5),
    solved=told,
    contacted=told,
    effective=told,
    excluded=st.booleans(),
)


FRESH = CaseSummary(
    kind="ticket",
    state="received",
    dims=Dimensions(channel="hotline"),
    received_at=START,
    due_at=START,
    first_due_at=START,
)


@st.composite
def moved(draw: st.DrawFn, case: CaseSummary) -> CaseSummary:
    """A summary that differs from another in some fields."""
    names = draw(st.lists(st.sampled_from(sorted(FIELDS)), min_size=1, max_size=5, unique=True))
    return msgspec.structs.replace(case, **{name: draw(FIELDS[name]) for name in names})


@st.composite
def logs(draw: st.DrawFn) -> list[CaseFact]:
    """One partition's facts of a few cases, interleaved; each case's `before` is its last `after`."""
    last: dict[str, CaseSummary | None] = {}
    happened: dict[str, list[Occurrence]] = {}
    facts: list[CaseFact] = []
    for seq in range(1, draw(st.integers(0, 12)) + 1):
        case = draw(st.sampled_from(["t-1", "t-2", "t-3"]))
        before = last.get(case)
        after = draw(moved(before or FRESH))
        added = draw(st.lists(occurrences, max_size=2))
        removed = [happened[case].pop()] if happened.get(case) and draw(st.booleans()) else []
        facts.append(fact_of(case, seq, before, after, added, removed))
        last[case] = after
        happened.setdefault(case, []).extend(added)
    return facts


def fact_of(
    case: str,
    seq: int,
    before: CaseSummary | None,
    after: CaseSummary | None,
    added: list[Occurrence],
    removed: list[Occurrence],
) -> CaseFact:
    return CaseFact(
        case_id=case,
        partition=0,
        seq=seq,
        version=seq,
        outcome="applied",
        action="amend",
        action_id=str(seq),
        actor=Actor(role="dispatcher"),
        at=START,
        recorded_at=START,
        before=before,
        after=after,
        added=tuple(added),
        removed=tuple(removed),
        directory_version=1,
    )
