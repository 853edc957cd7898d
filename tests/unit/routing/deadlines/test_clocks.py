"""A clock keeps its time over stops, extensions and redos."""

import msgspec

from services.contracts.directory import Limit
from services.contracts.promises import Clock
from services.routing.domain.deadlines.clocks import end, extend, go_on, redo, reopen, start, stop
from tests.unit.routing.deadlines.times import NINE_TO_FIVE as CALENDAR
from tests.unit.routing.deadlines.times import at

ELAPSED = start("reply", at("2025-03-03 10:00"), Limit(hours=48), CALENDAR)
WORKING = start("reply", at("2025-03-03 10:00"), Limit(workdays=3), CALENDAR)
"""Due on Thursday at 17:00."""


def test_the_source_s_own_due_time_is_taken_as_it_is() -> None:
    clock = start("reply", at("2025-03-03 10:00"), at("2025-03-08 23:59"), CALENDAR)
    assert clock.due_at == clock.first_due_at == at("2025-03-08 23:59")
    assert not clock.working


def test_a_stopped_clock_is_due_as_if_it_went_on_when_foreseen() -> None:
    clock = stop(ELAPSED, at("2025-03-04 10:00"), at("2025-03-09 10:00"), CALENDAR)
    assert clock.due_at == at("2025-03-10 10:00")
    assert clock.first_due_at == at("2025-03-05 10:00")


def test_it_goes_on_with_the_time_it_had_left_however_long_it_stood() -> None:
    clock = stop(ELAPSED, at("2025-03-04 10:00"), at("2025-03-09 10:00"), CALENDAR)
    assert go_on(clock, at("2025-03-04 12:00"), CALENDAR).due_at == at("2025-03-05 12:00")
    assert go_on(clock, at("2025-03-20 12:00"), CALENDAR).due_at == at("2025-03-21 12:00")


def test_the_time_left_of_working_days_is_working_time() -> None:
    # from Tuesday 13:00 it has 4 + 8 + 8 hours left; the Spring Festival of 2026 does not count
    clock = stop(WORKING, at("2025-03-04 13:00"), at("2025-03-10 08:00"), CALENDAR)
    assert clock.due_at == at("2025-03-12 13:00")
    assert go_on(clock, at("2026-02-14 13:00"), CALENDAR).due_at == at("2026-02-25 17:00")


def test_a_stop_outside_of_business_hours_costs_working_time_nothing() -> None:
    clock = stop(WORKING, at("2025-03-03 18:00"), at("2025-03-04 08:00"), CALENDAR)
    assert go_on(clock, at("2025-03-04 08:00"), CALENDAR).due_at == WORKING.due_at


def test_two_stops_add_up() -> None:
    clock = stop(ELAPSED, at("2025-03-03 12:00"), at("2025-03-04 12:00"), CALENDAR)
    clock = go_on(clock, at("2025-03-04 12:00"), CALENDAR)
    clock = stop(clock, at("2025-03-05 12:00"), at("2025-03-06 12:00"), CALENDAR)
    clock = go_on(clock, at("2025-03-05 18:00"), CALENDAR)
    assert clock.due_at == at("2025-03-06 16:00")


def test_one_that_is_overdue_stays_due_when_it_was() -> None:
    clock = stop(ELAPSED, at("2025-03-06 10:00"), at("2025-03-09 10:00"), CALENDAR)
    assert clock.due_at == ELAPSED.due_at
    assert go_on(clock, at("2025-03-10 10:00"), CALENDAR).due_at == ELAPSED.due_at


def test_one_with_time_left_is_never_overdue_the_moment_it_goes_on() -> None:
    saturday = extend(WORKING, at("2025-03-04 10:00"), at("2025-03-08 12:00"))
    clock = stop(saturday, at("2025-03-08 11:00"), at("2025-03-09 11:00"), CALENDAR)
    assert go_on(clock, at("2025-03-09 11:00"), CALENDAR).due_at == at("2025-03-09 11:00")


def test_one_stopped_at_its_due_time_has_come_to_it() -> None:
    clock = go_on(stop(ELAPSED, ELAPSED.due_at, at("2025-03-09 10:00"), CALENDAR), at("2025-03-10 10:00"), CALENDAR)
    assert clock.due_at == ELAPSED.due_at


def test_a_second_stop_and_a_go_on_of_one_that_runs_change_nothing() -> None:
    clock = stop(ELAPSED, at("2025-03-04 10:00"), at("2025-03-09 10:00"), CALENDAR)
    assert stop(clock, at("2025-03-04 11:00"), at("2025-03-05 10:00"), CALENDAR) == clock
    assert go_on(ELAPSED, at("2025-03-04 11:00"), CALENDAR) == ELAPSED


def test_an_extension_keeps_the_first_promise() -> None:
    clock = extend(ELAPSED, at("2025-03-04 10:00"), at("2025-03-12 10:00"))
    assert (clock.due_at, clock.first_due_at) == (at("2025-03-12 10:00"), ELAPSED.due_at)


def test_an_extension_while_it_stands_still_holds_for_a_hold_as_foreseen() -> None:
    clock = stop(ELAPSED, at("2025-03-04 10:00"), at("2025-03-09 10:00"), CALENDAR)
    clock = extend(clock, at("2025-03-05 10:00"), at("2025-03-12 10:00"))
    assert clock.due_at == at("2025-03-12 10:00")
    assert go_on(clock, at("2025-03-06 10:00"), CALENDAR).due_at == at("2025-03-12 10:00")
    assert go_on(clock, at("2025-03-09 10:00"), CALENDAR).due_at == at("2025-03-12 10:00")
    assert go_on(clock, at("2025-03-10 16:00"), CALENDAR).due_at == at("2025-03-13 16:00")


def test_an_extension_to_within_a_hold_is_not_overdue_the_moment_it_goes_on() -> None:
    clock = stop(ELAPSED, at("2025-03-04 10:00"), at("2025-03-19 10:00"), CALENDAR)
    clock = extend(clock, at("2025-03-05 10:00"), at("2025-03-12 10:00"))
    assert clock.due_at == at("2025-03-12 10:00")
    assert go_on(clock, at("2025-03-11 10:00"), CALENDAR).due_at == at("2025-03-12 10:00")
    assert go_on(clock, at("2025-03-15 10:00"), CALENDAR).due_at == at("2025-03-15 10:00")


def test_a_redo_starts_anew_and_keeps_the_first_promise() -> None:
    clock = redo(end(ELAPSED, at("2025-03-04 10:00")), at("2025-03-07 10:00"), Limit(workdays=1), CALENDAR)
    assert clock == Clock(
        name="reply",
        started_at=at("2025-03-07 10:00"),
        due_at=at("2025-03-10 17:00"),
        first_due_at=ELAPSED.due_at,
        working=True,
    )


def test_the_first_end_stands_until_it_is_reopened() -> None:
    clock = end(ELAPSED, at("2025-03-04 10:00"))
    assert end(clock, at("2025-03-05 10:00")) == clock
    assert stop(clock, at("2025-03-04 11:00"), at("2025-03-05 10:00"), CALENDAR) == clock
    assert reopen(clock) == ELAPSED


def test_one_told_of_a_stop_before_its_start_stops_at_its_start() -> None:
    clock = stop(ELAPSED, at("2025-03-01 10:00"), at("2025-03-02 10:00"), CALENDAR)
    assert go_on(clock, at("2025-03-01 12:00"), CALENDAR).due_at == ELAPSED.due_at


def test_a_clock_comes_back_from_a_store_as_it_was() -> None:
    clock = stop(WORKING, at("2025-03-04 13:00"), at("2025-03-10 08:00"), CALENDAR)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(clock), type=Clock) == clock
