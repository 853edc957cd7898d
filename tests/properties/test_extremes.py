"""The first and the last times there are: no clock raises over them, and none costs more than the years laid out."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.contracts.directory import Calendar, Limit
from services.contracts.promises import Terms
from services.contracts.times import FIRST, LAST, in_zone, plus, utc
from services.routing.domain.deadlines import clocks
from services.routing.domain.deadlines.calendar import FIRST_YEAR, LAST_YEAR, WorkCalendar
from services.routing.domain.deadlines.marks import next_mark, with_mark_done
from services.routing.domain.rules import SHANGHAI

OFFSETS = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
EDGES = tuple(
    datetime.fromisoformat(text).replace(tzinfo=UTC)
    for text in (
        "0001-01-01", "9999-12-31T23:59:59.999999", "1979-12-31T23:59", "1980-01-01", "2026-03-02T09:00",
        "2069-12-31T23:59", "2070-01-01",
    )
)  # fmt: skip
TIMES = st.one_of(st.datetimes(), st.sampled_from(EDGES)).flatmap(
    lambda wall: OFFSETS.map(lambda zone: wall.replace(tzinfo=zone))
)
LIMITS = st.one_of(
    st.floats(1e-9, 8784).map(lambda hours: Limit(hours=hours)),
    st.floats(1e-9, 2000).map(lambda hours: Limit(workhours=hours)),
    st.integers(1, 250).map(lambda days: Limit(workdays=days)),
)
CALENDAR = WorkCalendar(Calendar(name="", hours=(("09:00", "12:00"), ("13:00", "24:00"))), SHANGHAI)
HARDLY = WorkCalendar(Calendar(name="", hours=(("09:00", "09:01"),)), SHANGHAI)
"""A minute of work a day, as no admin can set it any more: 2,000 hours of it are 400 years."""


@given(at=TIMES, zone=OFFSETS, length=st.timedeltas())
def test_every_time_has_its_place_in_every_zone(at: datetime, zone: timezone, length: timedelta) -> None:
    assert FIRST <= utc(at) <= LAST
    assert in_zone(at, zone) == utc(at)
    assert FIRST <= plus(at, length) <= LAST
    if datetime(2, 1, 1, tzinfo=UTC) < at < datetime(9998, 1, 1, tzinfo=UTC):
        assert utc(at) == at


@given(at=TIMES, then=TIMES, limit=LIMITS, calendar=st.sampled_from((CALENDAR, HARDLY)))
def test_a_calendar_answers_of_any_time_and_lays_out_no_other_years(
    at: datetime, then: datetime, limit: Limit, calendar: WorkCalendar
) -> None:
    ends = calendar.after(at, limit)
    assert utc(at) <= ends <= LAST
    assert calendar.worked(at, then) == -calendar.worked(then, at)
    length = abs(calendar.worked(at, then))
    first, last = sorted((utc(at), utc(then)))
    assert calendar.later(first, length) <= last
    assert set(calendar._years) <= set(range(FIRST_YEAR, LAST_YEAR + 1))


@given(begin=TIMES, length=st.timedeltas(timedelta(microseconds=1), timedelta(days=30000)))
def test_what_is_worked_up_to_when_it_is_done_is_just_that(begin: datetime, length: timedelta) -> None:
    done = CALENDAR.later(begin, length)
    if done < LAST:
        assert CALENDAR.worked(begin, done) == length


TERMS = Terms(remind_at=0.5, escalation=("department", "leader", "supervision", "committee"), step=Limit(workdays=250))
STEPS: Any = st.lists(
    st.tuples(
        st.sampled_from(("stop", "go_on", "extend", "redo", "reclock", "end", "reopen", "mark")), TIMES, TIMES, LIMITS
    ),
    max_size=12,
)


@given(at=TIMES, due=st.one_of(TIMES, LIMITS), steps=STEPS)
@settings(max_examples=300)
def test_a_clock_takes_any_times_in_any_order(at: datetime, due: Any, steps: Any) -> None:
    clock = clocks.start("reply", at, due, CALENDAR)
    for name, one, other, limit in steps:
        match name:
            case "stop":
                clock = clocks.stop(clock, one, other, CALENDAR)
            case "go_on":
                clock = clocks.go_on(clock, one, CALENDAR)
            case "extend":
                clock = clocks.extend(clock, one, other)
            case "redo":
                clock = clocks.redo(clock, one, limit, CALENDAR)
            case "reclock":
                clock = clocks.reclock(clock, limit, CALENDAR)
            case "end":
                clock = clocks.end(clock, one)
            case "reopen":
                clock = clocks.reopen(clock)
            case _:
                clock = with_mark_done(clock, clock.next_step)
        mark = next_mark(clock, TERMS, CALENDAR)
        for told in (clock.due_at, clock.first_due_at, mark.at if mark else clock.due_at):
            assert in_zone(told, SHANGHAI) == told, "whatever comes of it can be said"


@pytest.mark.parametrize("year", [FIRST_YEAR, 2026, LAST_YEAR])
def test_inside_of_the_years_laid_out_nothing_is_rough(year: int) -> None:
    monday = next(day for day in range(8, 15) if datetime(year, 7, day, tzinfo=SHANGHAI).weekday() == 0)
    begin = datetime(year, 7, monday, 9, tzinfo=SHANGHAI)
    assert CALENDAR.worked(begin, begin + timedelta(days=1)) == timedelta(hours=14)
    assert in_zone(CALENDAR.after(begin, Limit(workdays=1)), SHANGHAI) == datetime(year, 7, monday + 2, tzinfo=SHANGHAI)
