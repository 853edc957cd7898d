"""A clock reminds once and goes up its chain once, step by step."""

from typing import Any

from services.contracts.directory import Limit
from services.contracts.promises import Clock, Terms
from services.routing.domain.deadlines.clocks import end, extend, go_on, redo, reopen, start, stop
from services.routing.domain.deadlines.marks import Mark, next_mark, with_mark_done
from services.routing.domain.deadlines.terms import DEFAULT_REPLY
from tests.unit.routing.deadlines.times import NINE_TO_FIVE as CALENDAR
from tests.unit.routing.deadlines.times import at

CLOCK = start("reply", at("2025-03-03 10:00"), Limit(hours=100), CALENDAR)
"""Due on Friday 7 March at 14:00."""


def terms(**said: Any) -> Terms:
    usual: dict[str, Any] = {
        "remind_at": 0.5,
        "escalation": ("department", "leader", "supervision"),
        "step": Limit(hours=24),
    }
    return Terms(policy_version=1, limits={"reply": DEFAULT_REPLY}, **(usual | said))


def marks(clock: Clock, said: Terms) -> list[tuple[int, str]]:
    """All that are to come, by the wall clock."""
    found: list[tuple[int, str]] = []
    while mark := next_mark(clock, said, CALENDAR):
        found.append((mark.step, f"{mark.at.astimezone(CALENDAR.zone):%m-%d %H:%M}"))
        clock = with_mark_done(clock, mark.step)
    return found


def test_it_reminds_then_is_overdue_then_goes_up_a_step_at_a_time() -> None:
    assert marks(CLOCK, terms()) == [(0, "03-05 12:00"), (1, "03-07 14:00"), (2, "03-08 14:00"), (3, "03-09 14:00")]


def test_steps_in_working_days_wait_for_them() -> None:
    to_come = marks(CLOCK, terms(step=Limit(workdays=1)))
    assert to_come[1:] == [(1, "03-07 14:00"), (2, "03-10 17:00"), (3, "03-11 17:00")]


def test_without_a_chain_it_is_still_overdue_once() -> None:
    assert marks(CLOCK, terms(escalation=())) == [(0, "03-05 12:00"), (1, "03-07 14:00")]


def test_without_a_share_it_does_not_remind() -> None:
    assert marks(CLOCK, terms(remind_at=None, escalation=())) == [(1, "03-07 14:00")]


def test_one_due_before_it_began_does_not_remind() -> None:
    assert marks(start("reply", at("2025-03-03 10:00"), at("2025-03-03 09:00"), CALENDAR), terms(escalation=())) == [
        (1, "03-03 09:00")
    ]


def test_the_share_of_working_days_is_one_of_working_time() -> None:
    # Friday 13:00 to Tuesday 17:00: 4 + 8 + 8 hours, the half of them on Monday at 15:00
    clock = start("reply", at("2025-03-07 13:00"), Limit(workdays=2), CALENDAR)
    assert next_mark(clock, terms(), CALENDAR) == Mark(0, at("2025-03-10 15:00"))


def test_one_that_ended_or_stands_still_gives_no_mark() -> None:
    assert next_mark(end(CLOCK, at("2025-03-04 10:00")), terms(), CALENDAR) is None
    assert next_mark(stop(CLOCK, at("2025-03-04 10:00"), at("2025-03-05 10:00"), CALENDAR), terms(), CALENDAR) is None


def test_a_stop_moves_the_reminder_as_it_moves_the_due_time() -> None:
    clock = stop(CLOCK, at("2025-03-04 10:00"), at("2025-03-30 10:00"), CALENDAR)
    clock = go_on(clock, at("2025-03-14 10:00"), CALENDAR)
    assert marks(clock, terms(escalation=())) == [(0, "03-15 12:00"), (1, "03-17 14:00")]


def test_a_mark_done_before_a_stop_does_not_come_again_after_it() -> None:
    clock = stop(with_mark_done(CLOCK, 0), at("2025-03-06 10:00"), at("2025-03-30 10:00"), CALENDAR)
    assert marks(go_on(clock, at("2025-03-08 10:00"), CALENDAR), terms(escalation=())) == [(1, "03-09 14:00")]


def test_a_stop_of_an_overdue_one_puts_off_its_next_steps_only() -> None:
    clock = stop(with_mark_done(CLOCK, 1), at("2025-03-08 10:00"), at("2025-03-30 10:00"), CALENDAR)
    clock = go_on(clock, at("2025-03-18 10:00"), CALENDAR)
    assert marks(clock, terms()) == [(2, "03-18 14:00"), (3, "03-19 14:00")]


def test_that_it_was_overdue_before_a_stop_is_told_after_it_with_its_own_time() -> None:
    clock = stop(with_mark_done(CLOCK, 0), at("2025-03-08 10:00"), at("2025-03-30 10:00"), CALENDAR)
    clock = go_on(clock, at("2025-03-18 10:00"), CALENDAR)
    assert next_mark(clock, terms(), CALENDAR) == Mark(1, at("2025-03-07 14:00"))


def test_however_long_an_overdue_one_stood_still_its_reminder_still_comes_first() -> None:
    """Of a history all is told late: the reminder too, at the deadline at the latest."""
    for until in ("03-08 11:00", "03-20 10:00"):
        stopped = stop(CLOCK, at("2025-03-08 10:00"), at(f"2025-{until}"), CALENDAR)
        gone_on = go_on(stopped, at(f"2025-{until}"), CALENDAR)
        assert marks(gone_on, terms())[:2] == [(0, "03-07 14:00"), (1, "03-07 14:00")]


def test_an_extension_brings_all_marks_again_for_the_new_promise() -> None:
    clock = extend(with_mark_done(CLOCK, 2), at("2025-03-10 10:00"), at("2025-03-12 10:00"))
    assert marks(clock, terms(escalation=())) == [(0, "03-11 10:00"), (1, "03-12 10:00")]


def test_a_redo_brings_all_marks_again() -> None:
    replied = end(with_mark_done(CLOCK, 1), at("2025-03-08 10:00"))
    clock = redo(replied, at("2025-03-10 10:00"), Limit(hours=2), CALENDAR)
    assert marks(clock, terms(escalation=())) == [(0, "03-10 11:00"), (1, "03-10 12:00")]


def test_one_reopened_goes_on_where_it_was() -> None:
    clock = reopen(end(with_mark_done(CLOCK, 0), at("2025-03-06 10:00")))
    assert marks(clock, terms(escalation=())) == [(1, "03-07 14:00")]
