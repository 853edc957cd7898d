"""What a case counts for in each of its states, and what an occurrence says in its hour."""

from datetime import datetime, timedelta
from typing import Any, get_args

import msgspec
import pytest

from services.contracts.cases import CaseSummary, Dimensions, Evaluation, FollowUp, Occurrence, State, Task
from services.metrics.domain.standing import PARTS, Unit
from services.metrics.domain.units import marks

from .cases import at

RECEIVED = at("03-30 09:00")
DUE = at("04-06 09:00")
DIMS = Dimensions(channel="grid", department="lead", category="noise")


def case(state: State, **fields: Any) -> CaseSummary:
    return CaseSummary(
        kind="ticket", state=state, dims=DIMS, received_at=RECEIVED, due_at=DUE, first_due_at=DUE, **fields
    )


def counts(summary: CaseSummary, basis: str = "cohort") -> dict[str, int]:
    """All measures on a basis that are not 0, whatever their place."""
    found: dict[str, int] = {}
    for part in PARTS:
        for unit, tally in part.counted(summary):
            if unit.basis == basis:
                for measure, count in tally.items():
                    found[measure] = found.get(measure, 0) + count
    return {measure: count for measure, count in found.items() if count}


@pytest.mark.parametrize("state", [state for state in get_args(State) if state != "void"])
def test_every_case_is_received_and_only_a_valid_one_is_more(state: State) -> None:
    summary = case(state, accepted=True, replied_at=DUE, signed_at=DUE)
    assert counts(summary)["received"] == 1
    assert summary.valid == ("valid" in counts(summary)) == bool(counts(summary, "due"))
    assert summary.valid == bool(counts(summary, "durations"))
    assert summary.now_closed == ("closed" in counts(summary)) == ("closed" in counts(summary, "due"))
    assert (state == "returned") == ("returned_up" in counts(summary))
    assert (summary.valid or state == "merged") == ("accepted" in counts(summary))


@pytest.mark.parametrize(
    ("state", "fields", "expected"),
    [
        ("merged", {"merged_into": "t-9"}, {"accepted": 1, "duplicate": 1}),
        ("handling", {"linked_to": "t-9"}, {"accepted": 1, "duplicate": 1}),
        ("returned", {"linked_to": "t-9"}, {}),
        ("received", {"linked_to": "t-9", "accepted": False}, {}),
    ],
)
def test_a_duplicate_is_merged_or_linked_and_was_accepted(
    state: State, fields: dict[str, Any], expected: dict[str, int]
) -> None:
    found = counts(case(state, **{"accepted": True, **fields}))
    assert {measure: found[measure] for measure in ("accepted", "duplicate") if measure in found} == expected


def test_a_redone_case_was_closed_once_and_is_not_done_at_once() -> None:
    assert counts(case("redo", redos=1)).items() >= {"ever_closed": 1, "redone": 1}.items()
    assert counts(case("closed", redos=1)).keys() & {"once_done", "redone", "ever_closed"} == {"redone", "ever_closed"}
    assert counts(case("closed")).keys() & {"once_done", "redone", "ever_closed"} == {"once_done", "ever_closed"}


def test_self_handled_counts_while_it_is_closed() -> None:
    assert "self_handled" in counts(case("closed", self_handled=True))
    assert "self_handled" not in counts(case("redo", self_handled=True))


def test_numbers_of_one_case_are_added_up() -> None:
    found = counts(case("handling", dispatches=3, returns=2, verifications=2, verifications_failed=1, extended=4))
    assert found.items() >= {"dispatches": 3, "returns": 2, "verifications": 2, "verifications_failed": 1}.items()
    assert found["extended"] == 1


@pytest.mark.parametrize(
    ("grade", "expected"),
    [
        (1, {"dissatisfied"}),
        (2, {"dissatisfied"}),
        (3, {"satisfied", "satisfied_basically"}),
        (4, {"satisfied", "satisfied_strict"}),
        (5, {"satisfied", "satisfied_strict"}),
    ],
)
def test_a_grade_has_its_verdicts_in_the_case_and_in_the_hour(grade: int, expected: set[str]) -> None:
    judged = Evaluation(at=DUE, grade=grade)
    verdicts = {"satisfied", "satisfied_strict", "satisfied_basically", "dissatisfied"}
    found = counts(case("evaluated", evaluation=judged, first_evaluation=judged))
    assert found.keys() & verdicts == expected
    assert ("first_satisfied" in found) == (grade >= 3)
    assert set(marks(happened("evaluated", grade=grade), None)) == {"evaluated", *expected}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, {}),
        ({"follow_up": FollowUp(at=DUE, contacted=True, effective=False, solved=True)}, {}),
        ({"follow_up": FollowUp(at=DUE, contacted=True)}, {"effective": 1, "contacted": 1, "resolution_asked": 1}),
        (
            {"follow_up": FollowUp(at=DUE, contacted=False, solved=True)},
            {"effective": 1, "resolution_asked": 1, "resolved": 1},
        ),
        ({"resolved": False}, {"resolution_asked": 1}),
        (
            {"resolved": False, "follow_up": FollowUp(at=DUE, contacted=True, solved=True)},
            {"effective": 1, "contacted": 1, "resolution_asked": 1},
        ),
        ({"resolved": True}, {"resolution_asked": 1, "resolved": 1}),
    ],
)
def test_what_a_reply_settles_goes_before_what_a_follow_up_hears(
    fields: dict[str, Any], expected: dict[str, int]
) -> None:
    asked = {"effective", "contacted", "resolution_asked", "resolved"}
    found = counts(case("follow_up", **fields))
    assert {measure: count for measure, count in found.items() if measure in asked} == expected


@pytest.mark.parametrize(
    ("kind", "said", "expected"),
    [
        ("followed_up", {"contacted": True, "effective": False, "solved": True}, {}),
        ("followed_up", {"contacted": True, "effective": True}, {"effective", "contacted", "resolution_asked"}),
        (
            "followed_up",
            {"contacted": False, "effective": True, "solved": True},
            {"effective", "resolution_asked", "resolved"},
        ),
        ("replied", {"solved": False}, {"resolution_asked"}),
        ("replied", {"solved": True}, {"resolution_asked", "resolved"}),
        ("replied", {}, set()),
        ("closed", {"solved": True}, set()),
    ],
)
def test_an_occurrence_tells_what_was_said_in_it(kind: str, said: dict[str, Any], expected: set[str]) -> None:
    found = {measure for measure, count in marks(happened(kind, **said), None).items() if count}
    assert found == {kind, *expected}


def test_an_excluded_occurrence_counts_a_second_time_under_another_name() -> None:
    found = marks(happened("evaluated", grade=2, excluded=True), None)
    assert found == {"evaluated": 1, "dissatisfied": 1, "x:evaluated": 1, "x:dissatisfied": 1}


def test_promises_count_in_the_hours_they_are_for() -> None:
    late = DUE + timedelta(days=3)
    summary = msgspec.structs.replace(
        case("replied", first_replied_at=late, replied_at=late), due_at=late + timedelta(hours=1)
    )
    where = {unit.at: tally for part in PARTS for unit, tally in part.counted(summary) if unit.basis == "due"}
    assert where == {DUE: {"first_due": 1}, late + timedelta(hours=1): {"due": 1, "on_time": 1, "in_time": 1}}


@pytest.mark.parametrize(("late", "on_time"), [(timedelta(), True), (timedelta(microseconds=1), False)])
def test_at_the_due_time_is_on_time(late: timedelta, on_time: bool) -> None:
    found = counts(case("replied", replied_at=DUE + late, first_replied_at=DUE + late), "due")
    assert ("on_time" in found, "first_on_time" in found) == (on_time, on_time)


def test_an_assist_counts_for_who_assists_until_it_is_released() -> None:
    def task(name: str, state: str, replied_at: datetime | None = None) -> Task:
        raw = {"id": name, "department": name, "state": state, "assigned_at": RECEIVED, "replied_at": replied_at}
        return msgspec.convert(raw | {"due_at": DUE, "first_due_at": DUE}, Task)

    tasks = (task("a", "replied", DUE), task("b", "replied", DUE + timedelta(seconds=1)), task("c", "signed"))
    summary = case("handling", tasks=(*tasks, task("d", "released")))
    where = {
        unit: tally
        for part in PARTS
        for unit, tally in part.counted(summary)
        if unit.basis == "due" and "assist_due" in tally
    }
    assert where == {
        Unit("due", DUE, ("grid", "a", "noise", "none", "normal")): {"assist_due": 1, "assist_on_time": 1},
        Unit("due", DUE, ("grid", "b", "noise", "none", "normal")): {"assist_due": 1, "assist_on_time": 0},
        Unit("due", DUE, ("grid", "c", "noise", "none", "normal")): {"assist_due": 1, "assist_on_time": 0},
    }
    assert not counts(msgspec.structs.replace(summary, state="merged"), "due")


def happened(kind: str, **said: Any) -> Occurrence:
    return msgspec.convert({"id": "t-1/1", "kind": kind, "at": at("04-01 10:00"), "dims": DIMS, **said}, Occurrence)
