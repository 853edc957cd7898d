"""DOMAIN.md's worked example, step by step, figures worked out by hand."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.recount.figures import coverage, durations, figures
from tests.recount.history import standing, worked_example
from tests.recount.recount import Recount

from .log import STREET, logged


def after(number: int) -> Recount:
    """The first steps: 1 received, 2 dispatched to A … 13 corrected, 14 merged, and 15 split again."""
    steps = worked_example(STREET)
    split = steps[-1]["body"] | {"action": "split", "action_id": "split", "at": "2024-04-13T10:00:00+08:00"}
    del split["main"]
    return Recount(STREET).read(logged([*steps, steps[-1] | {"body": split}][:number]))


def cohort(recount: Recount, rate: str) -> Mapping[tuple[str, ...], Any]:
    return figures(recount, begin="2024-03-30", end="2024-03-31").get((rate, "cohort", ("department",)), {})


def flow(recount: Recount, rate: str, begin: str, end: str) -> Mapping[tuple[str, ...], Any]:
    return figures(recount, begin=begin, end=end).get((rate, "flow", ("department",)), {})


def test_valid_moves_with_the_lead() -> None:
    assert cohort(after(1), "handled") == {("none",): (0, 1)}
    assert cohort(after(2), "handled") == {("a",): (0, 1)}
    assert cohort(after(4), "handled") == {("b",): (0, 1)}


@pytest.mark.parametrize(("steps", "handled", "replied"), [(7, 1, 1), (8, 0, 1), (11, 1, 1), (13, 1, 1), (15, 1, 1)])
def test_a_redo_takes_the_closing_back_and_leaves_the_reply(steps: int, handled: int, replied: int) -> None:
    assert cohort(after(steps), "handled") == {("b",): (handled, 1)}
    assert cohort(after(steps), "replied") == {("b",): (replied, 1)}


def test_a_correction_takes_the_numerator_and_leaves_the_denominator() -> None:
    assert cohort(after(12), "satisfied") == {("b",): (1, 1)}
    assert cohort(after(13), "satisfied") == {("b",): (0, 1)}
    assert coverage(after(13)) == (1, 1)


def test_flow_stays_in_its_hour_with_whom_it_happened() -> None:
    whole = after(14)
    assert flow(whole, "dispatched_count", "2024-03-30", "2024-03-31") == {("a",): (1, None)}
    assert flow(whole, "return_requested_count", "2024-04-01T08", "2024-04-01T09") == {("a",): (1, None)}
    assert flow(whole, "dispatched_count", "2024-04-01T09", "2024-04-01T10") == {("b",): (1, None)}
    assert flow(whole, "closed_count", "2024-04-03T16", "2024-04-03T17") == {("b",): (1, None)}
    assert flow(whole, "closed_count", "2024-04-08T10", "2024-04-08T11") == {("b",): (1, None)}
    assert flow(after(12), "satisfied", "2024-04-09T12", "2024-04-09T13") == {("b",): (1, 1)}
    assert flow(whole, "satisfied", "2024-04-09T12", "2024-04-09T13") == {("b",): (0, 1)}
    assert flow(whole, "evaluated_count", "2024-04-10", "2024-04-11") == {}
    assert flow(whole, "merged_count", "2024-04-12T10", "2024-04-12T11") == {("b",): (1, None)}


def test_the_worked_example_is_applied_to_the_last_step() -> None:
    assert {outcome["outcome"] for outcome in after(15).outcomes} == {"applied"}
    assert len(after(14).outcomes) == len(worked_example(STREET)) == 14


def test_a_redo_moves_the_due_hour() -> None:
    due = ("on_time", "due", ("department",))
    assert figures(after(7), begin="2024-04-06T09", end="2024-04-06T10")[due] == {("b",): (1, 1)}
    assert due not in figures(after(13), begin="2024-04-06T09", end="2024-04-06T10")
    assert figures(after(13), begin="2024-04-12T11", end="2024-04-12T12")[due] == {("b",): (1, 1)}


def test_merging_takes_it_out_of_the_cohort_and_the_due_hours() -> None:
    for rate in ("handled", "replied", "satisfied", "returned", "redone"):
        assert cohort(after(13), rate), rate
        assert cohort(after(14), rate) == {}
        assert cohort(after(15), rate) == cohort(after(13), rate)
    due = ("on_time", "due", ())
    assert figures(after(13))[due] == figures(after(15))[due] == {(): (1, 1)}
    assert due not in figures(after(14))
    assert durations(after(14)) == {"speed_signed": {}, "speed_replied": {}, "speed_closed": {}}


def test_its_other_rates() -> None:
    found = {
        rate: cohort(after(13), rate).get(("b",)) for rate in ("returned", "redone", "once_done", "not_dissatisfied")
    }
    assert found == {"returned": (1, 2), "redone": (1, 1), "once_done": (0, 1), "not_dissatisfied": (0, 1)}
    assert cohort(after(12), "satisfied_first") == {("b",): (1, 1)}
    assert cohort(after(13), "satisfied_first") == {("b",): (0, 1)}


def test_its_speeds() -> None:
    hours = {speed: [one / 3600 for one in taken[()]] for speed, taken in durations(after(13)).items()}
    assert hours == {
        "speed_signed": [pytest.approx(2 * 24 + 5 / 6)],
        "speed_replied": [pytest.approx(4 * 24 + 5 + 5 / 6)],
        "speed_closed": [pytest.approx(9 * 24 + 5 / 6)],
    }


def test_its_main_case_is_one_that_is_told_before() -> None:
    assert worked_example(STREET)[-1]["body"]["main"] == standing(STREET)[0].case_id
