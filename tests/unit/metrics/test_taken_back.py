"""A reply that was taken back (重办, a failed 核查, 审核退回) meets no due time. That it was given still counts."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pytest

from services.metrics.domain.cells import Sums
from services.metrics.domain.figures import figure
from services.metrics.domain.rates import definition
from services.metrics.domain.units import moves

from .cases import Story, at
from .test_worked_example import SHANGHAI, figure_of

DUE, LATER = at("03-10 09:00"), at("03-27 09:00")


def replied(when: datetime) -> Story:
    """Due on 10 March."""
    story = Story()
    story.received(at("03-03 09:00"))
    story.move("dispatch", at("03-03 10:00"), occurrence="dispatched", state="dispatched", department="a", dispatches=1)
    story.move("reply", when, occurrence="replied", state="replied", replied_at=when, first_replied_at=when)
    return story


def parts(story: Story, rate: str, version: int | None = None) -> tuple[Any, Any]:
    row, basis = definition(rate, None, version)
    sums: dict[str, int] = {}
    counted = Sums()
    for fact in story.facts:
        counted.add(moves(fact, SHANGHAI))
    for key, tally in counted.cells().items():
        if (key.basis, key.dims) == (basis, ()):
            for measure, count in tally.items():
                sums[measure] = sums.get(measure, 0) + count
    found = figure(row, sums, {}, {})
    assert found is not None
    return found.numerator, found.denominator


TAKEN_BACK: Mapping[str, Mapping[str, Any]] = {
    "redo": {"state": "redo", "redos": 1, "due_at": LATER},
    "verify": {"state": "redo", "verifications": 1, "verifications_failed": 1, "due_at": LATER},
    "send_back": {"state": "handling"},
}


@pytest.mark.parametrize("action", TAKEN_BACK)
@pytest.mark.parametrize("state", ["", "signed", "handling", "on_hold", "return_requested"])
def test_late_and_taken_back_is_not_on_time_whatever_the_new_due_time(action: str, state: str) -> None:
    story = replied(at("03-15 09:00"))
    assert parts(story, "on_time") == (0, 1)
    story.move(action, at("03-16 09:00"), **TAKEN_BACK[action])
    if state:
        story.move("sign", at("03-16 10:00"), state=state)
    assert parts(story, "on_time") == (0, 1)
    assert parts(story, "overdue_open") == (1, None)
    assert parts(story, "answered_late") == (0, None)
    assert parts(story, "replied") == (1, 1), "a reply was once given"
    laundered = action != "send_back"
    assert parts(story, "on_time", 1) == (int(laundered), 1), "the old definition still says what it said"


def test_a_new_reply_by_the_new_due_time_is_on_time_and_a_later_one_is_answered_late() -> None:
    for when, on_time, late in (("03-26 09:00", 1, 0), ("03-28 09:00", 0, 1)):
        story = replied(at("03-15 09:00"))
        story.move("redo", at("03-16 09:00"), **TAKEN_BACK["redo"])
        story.move("reply", at(when), occurrence="replied", state="replied", replied_at=at(when))
        story.move("close", at("03-29 09:00"), occurrence="closed", state="closed", closed_at=at("03-29 09:00"))
        assert (parts(story, "on_time"), parts(story, "answered_late")) == ((on_time, 1), (late, None))


def test_what_is_due_is_in_time_or_open_or_answered_late_and_nothing_twice() -> None:
    in_time, late, never = replied(at("03-09 09:00")), replied(at("03-11 09:00")), Story()
    never.received(at("03-03 09:00"))
    found = [[parts(one, rate)[0] for rate in ("on_time", "overdue_open", "answered_late")] for one in
             (in_time, late, never)]  # fmt: skip
    assert found == [[1, 0, 0], [0, 0, 1], [0, 1, 0]]


def test_the_first_reply_and_its_promise_stay_what_they_were() -> None:
    story = replied(at("03-15 09:00"))
    story.move("redo", at("03-16 09:00"), **TAKEN_BACK["redo"])
    assert parts(story, "on_time_first") == (0, 1)
    early = replied(at("03-09 09:00"))
    early.move("redo", at("03-16 09:00"), **TAKEN_BACK["redo"])
    assert parts(early, "on_time_first") == (1, 1)


def test_a_case_that_was_once_late_is_not_closed_by_a_redo() -> None:
    story = replied(at("03-15 09:00"))
    story.move("close", at("03-15 10:00"), occurrence="closed", state="closed", closed_at=at("03-15 10:00"))
    assert figure_of(story, "03-16 00:00", "handled_due").numerator == 1
    story.move("redo", at("03-16 09:00"), closed_at=None, **TAKEN_BACK["redo"])
    assert parts(story, "handled_due") == (0, 1)
