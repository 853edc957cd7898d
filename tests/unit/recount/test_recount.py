"""The recount against figures worked out by hand, DOMAIN.md's worked example first."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.recount.figures import answered, coverage, figures
from tests.recount.history import generate, worked_example
from tests.recount.lives import Step
from tests.recount.recount import Recount

from .log import STREET, logged


def counted(steps: list[Step]) -> Recount:
    return Recount(STREET).read(logged(steps))


def after(number: int) -> Recount:
    """The worked example's first steps: 1 received, 2 dispatched to A … 13 corrected."""
    return counted(worked_example(STREET)[:number])


def cohort(recount: Recount, rate: str) -> Mapping[tuple[str, ...], Any]:
    return figures(recount, begin="2024-03-30", end="2024-03-31")[(rate, "cohort", ("department",))]


def flow(recount: Recount, rate: str, begin: str, end: str) -> Mapping[tuple[str, ...], Any]:
    return figures(recount, begin=begin, end=end).get((rate, "flow", ("department",)), {})


def test_valid_moves_with_the_lead() -> None:
    assert cohort(after(1), "handled") == {("none",): (0, 1)}
    assert cohort(after(2), "handled") == {("a",): (0, 1)}
    assert cohort(after(4), "handled") == {("b",): (0, 1)}


@pytest.mark.parametrize(("steps", "handled", "replied"), [(7, 1, 1), (8, 0, 1), (11, 1, 1), (13, 1, 1)])
def test_a_redo_takes_the_closing_back_and_leaves_the_reply(steps: int, handled: int, replied: int) -> None:
    assert cohort(after(steps), "handled") == {("b",): (handled, 1)}
    assert cohort(after(steps), "replied") == {("b",): (replied, 1)}


def test_a_correction_takes_the_numerator_and_leaves_the_denominator() -> None:
    assert cohort(after(12), "satisfied") == {("b",): (1, 1)}
    assert cohort(after(13), "satisfied") == {("b",): (0, 1)}
    assert coverage(after(13)) == (1, 1)


def test_flow_stays_in_its_hour_with_whom_it_happened() -> None:
    whole = after(13)
    assert flow(whole, "dispatched_count", "2024-03-30", "2024-03-31") == {("a",): (1, None)}
    assert flow(whole, "return_requested_count", "2024-04-01T08", "2024-04-01T09") == {("a",): (1, None)}
    assert flow(whole, "dispatched_count", "2024-04-01T09", "2024-04-01T10") == {("b",): (1, None)}
    assert flow(whole, "closed_count", "2024-04-03T16", "2024-04-03T17") == {("b",): (1, None)}
    assert flow(whole, "closed_count", "2024-04-08T10", "2024-04-08T11") == {("b",): (1, None)}
    assert flow(after(12), "satisfied", "2024-04-09T12", "2024-04-09T13") == {("b",): (1, 1)}
    assert flow(whole, "satisfied", "2024-04-09T12", "2024-04-09T13") == {("b",): (0, 1)}
    assert flow(whole, "evaluated_count", "2024-04-10", "2024-04-11") == {}


def test_the_worked_example_is_applied_to_the_last_step() -> None:
    assert {outcome["outcome"] for outcome in after(13).outcomes} == {"applied"}
    assert len(after(13).outcomes) == len(worked_example(STREET)) == 13


def test_a_redo_moves_the_due_hour() -> None:
    due = ("on_time", "due", ("department",))
    assert figures(after(7), begin="2024-04-06T09", end="2024-04-06T10")[due] == {("b",): (1, 1)}
    assert due not in figures(after(13), begin="2024-04-06T09", end="2024-04-06T10")
    assert figures(after(13), begin="2024-04-12T11", end="2024-04-12T12")[due] == {("b",): (1, 1)}


def test_everything_twice_over_counts_once() -> None:
    steps = generate(STREET, seed=5, cases=200)
    once, twice = counted(steps), counted(steps + steps)
    assert figures(twice) == figures(once)
    assert {outcome["outcome"] for outcome in twice.outcomes[len(steps) :]} <= {"none", "refused", "applied"}
    assert sum(outcome["outcome"] == "applied" for outcome in twice.outcomes) == sum(
        outcome["outcome"] == "applied" for outcome in once.outcomes
    )


def submission(**more: Any) -> Step:
    body = {"channel": "grid", "source_id": "1", "title": "x", "text": "x", "category": "litter"}
    return {"kind": "ticket", "key": "source:grid", "body": body | {"reported_at": "2024-03-04T23:30:00+08:00"} | more}


def act(key: str, action: str, at: str, **details: Any) -> Step:
    from services.contracts.identity import case_id

    body = {"case_id": case_id("ticket", "grid", "1"), "action_id": f"{action}-{at}", "action": action}
    return {"kind": "action", "key": key, "body": body | {"at": f"2024-{at}:00+08:00"} | details}


@pytest.mark.parametrize(("minute", "numerator"), [("03-05T23:30", 1), ("03-05T23:31", 0)])
def test_a_reply_in_the_last_minute_is_on_time(minute: str, numerator: int) -> None:
    recount = counted(
        [
            submission(),
            act("department:b", "sign", "03-05T10:00"),
            act("department:b", "reply", minute, text="好"),
        ]
    )
    assert figures(recount)[("on_time", "due", ("category",))] == {("litter",): (numerator, 1)}


def test_a_void_case_leaves_nothing_but_that_it_was_voided() -> None:
    recount = counted([submission(), act("dispatcher", "void", "03-05T10:00", reason="误报")])
    assert {key[0] for key in figures(recount)} == {"voided_count"}


@pytest.mark.parametrize(
    ("step", "code"),
    [
        (act("department:a", "sign", "03-05T10:00"), "not_authorized"),
        (act("source:hotline", "void", "03-05T10:00", reason="x"), "not_authorized"),
        (act("department:b", "reply", "03-05T10:00", text="x"), "not_allowed"),
        (act("dispatcher", "dispatch", "03-05T10:00", department="b"), "same_department"),
        (act("dispatcher", "dispatch", "03-05T10:00", department="z"), "unknown_department"),
        (act("department:b", "return", "03-05T10:00"), "missing_field"),
        (act("source:grid", "amend", "03-04T23:29", fields={"text": "x"}), "before_reception"),
        (submission(title="y"), "conflicting_duplicate"),
    ],
)
def test_what_the_table_does_not_allow_is_refused_and_counts_nowhere(step: Step, code: str) -> None:
    assert counted([submission(), step]).outcomes[-1]["code"] == code
    assert figures(counted([submission(), step])) == figures(counted([submission()]))


def test_a_department_named_by_the_category_has_the_case_at_once() -> None:
    found = figures(counted([submission()]))
    assert found[("dispatched_count", "flow", ("channel", "department"))] == {("grid", "b"): (1, None)}
    assert found[("accepted_count", "flow", ("department",))] == {("none",): (1, None)}


def test_an_answer_of_the_service_comes_into_the_same_form() -> None:
    rows = [
        {"group": {"department": "b"}, "numerator": 1, "denominator": 2},
        {"group": {"department": "c"}, "numerator": 0, "denominator": 0},
    ]
    assert answered({"group_by": ["department"], "rows": rows}) == {("b",): (1, 2)}
