"""Due times keep the order of what they come from, and no stop of a clock gains or loses time."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import get_args
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from services.contracts.deadlines import EscalationLevel
from services.contracts.directory import Calendar, Limit
from services.contracts.promises import Clock, Terms
from services.routing.domain.deadlines.calendar import WorkCalendar
from services.routing.domain.deadlines.clocks import between, extend, go_on, start, stop
from services.routing.domain.deadlines.marks import Mark, next_mark, with_mark_done
from services.routing.domain.deadlines.terms import DEFAULT_REPLY

ROWS = (
    Calendar(name="平时"),
    Calendar(name="值班", hours=(("00:00", "24:00"),), workdays=[date(2025, 3, 30), date(2025, 10, 26)]),
    Calendar(name="夜班", hours=(("01:30", "02:15"), ("02:30", "03:30")), workdays=[date(2025, 3, 30)]),
)
CALENDARS = [WorkCalendar(row, ZoneInfo(zone)) for row in ROWS for zone in ("Asia/Shanghai", "Europe/Berlin")]
calendars = st.sampled_from(CALENDARS)
FIRST = datetime(2024, 11, 1, tzinfo=UTC)
for one in CALENDARS:
    one.worked(FIRST, FIRST + timedelta(days=9 * 365))  # years are laid out once, which is no example's time
moments = st.integers(0, 2 * 365 * 24 * 60).map(lambda minutes: FIRST + timedelta(minutes=minutes))
spans = st.integers(0, 40 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes))
sizes = st.integers(1, 60)


@st.composite
def limits(draw: st.DrawFn) -> Limit:
    """Of any unit."""
    return Limit(**{draw(st.sampled_from(("hours", "workhours", "workdays"))): draw(sizes)})


@st.composite
def terms(draw: st.DrawFn) -> Terms:
    return Terms(
        policy_version=1,
        limits={"reply": DEFAULT_REPLY},
        remind_at=draw(st.none() | st.floats(0.01, 0.99)),
        escalation=draw(st.sampled_from([get_args(EscalationLevel)[:length] for length in range(5)])),
        step=draw(limits()),
    )


@given(calendars, limits(), moments, moments)
def test_what_begins_later_ends_no_earlier(
    calendar: WorkCalendar, limit: Limit, one: datetime, other: datetime
) -> None:
    first, second = sorted((one, other))
    assert first < calendar.after(first, limit) <= calendar.after(second, limit)


@given(calendars, moments, st.sampled_from(("hours", "workhours", "workdays")), sizes, sizes)
def test_a_longer_limit_ends_no_earlier(
    calendar: WorkCalendar, begin: datetime, unit: str, one: int, other: int
) -> None:
    short, long = sorted((one, other))
    assert calendar.after(begin, Limit(**{unit: short})) <= calendar.after(begin, Limit(**{unit: long}))


@given(calendars, moments, moments, moments)
def test_working_time_adds_up(calendar: WorkCalendar, one: datetime, two: datetime, three: datetime) -> None:
    assert calendar.worked(one, two) + calendar.worked(two, three) == calendar.worked(one, three)
    assert timedelta() <= calendar.worked(min(one, two), max(one, two)) <= abs(two - one)


@given(calendars, moments, spans)
def test_until_later_just_so_much_was_worked(calendar: WorkCalendar, begin: datetime, work: timedelta) -> None:
    assert calendar.worked(begin, calendar.later(begin, work)) == work


@given(calendars, limits(), moments, moments)
def test_the_offset_in_which_a_time_is_told_changes_nothing(
    calendar: WorkCalendar, limit: Limit, one: datetime, two: datetime
) -> None:
    told = [moment.astimezone(ZoneInfo("Europe/Berlin")) for moment in (one, two)]
    assert calendar.worked(*told) == calendar.worked(one, two)
    clock = start("reply", one, limit, calendar)
    assert start("reply", told[0], limit, calendar) == clock
    stopped = stop(clock, told[1], told[1], calendar)
    assert stopped == stop(clock, two, two, calendar)
    assert go_on(stopped, told[1], calendar) == go_on(stopped, two, calendar)


@given(calendars, moments, sizes)
def test_working_days_are_counted_one_by_one(calendar: WorkCalendar, begin: datetime, number: int) -> None:
    day, left = begin.astimezone(calendar.zone).date(), number
    while left:
        day += timedelta(days=1)
        left -= calendar.is_workday(day)
    end = calendar.after(begin, Limit(workdays=number)) - timedelta(microseconds=1)
    assert end.astimezone(calendar.zone).date() == day


@given(calendars, limits(), moments, st.lists(st.tuples(spans, spans, spans), max_size=4))
def test_stops_neither_gain_nor_lose_time(
    calendar: WorkCalendar, limit: Limit, begin: datetime, stops: Sequence[tuple[timedelta, timedelta, timedelta]]
) -> None:
    clock = start("reply", begin, limit, calendar)
    whole, ran, at = between(clock, begin, clock.due_at, calendar), timedelta(), begin
    for runs, foreseen, stands in stops:
        stopped_at, gone_on_at = at + runs, at + runs + stands
        ran += between(clock, at, stopped_at, calendar)
        left, overdue, due = (
            between(clock, stopped_at, clock.due_at, calendar),
            clock.due_at <= stopped_at,
            clock.due_at,
        )
        clock = stop(clock, stopped_at, stopped_at + foreseen, calendar)
        if not overdue:
            assert between(clock, stopped_at + foreseen, clock.due_at, calendar) == left
        clock, at = go_on(clock, gone_on_at, calendar), gone_on_at
        if overdue:
            assert clock.due_at == due
            return
        assert ran + between(clock, at, clock.due_at, calendar) == whole
        assert clock.due_at >= max(due, at)


@given(calendars, limits(), moments, spans, spans)
def test_a_stop_of_no_length_changes_nothing(
    calendar: WorkCalendar, limit: Limit, begin: datetime, runs: timedelta, foreseen: timedelta
) -> None:
    clock = start("reply", begin, limit, calendar)
    again = go_on(stop(clock, begin + runs, begin + runs + foreseen, calendar), begin + runs, calendar)
    assert (again.due_at, again.first_due_at, again.late) == (clock.due_at, clock.first_due_at, timedelta())


def fired(clock: Clock, said: Terms, calendar: WorkCalendar, upto: datetime) -> tuple[Clock, list[Mark]]:
    """All marks up to then, done one by one."""
    found: list[Mark] = []
    while (mark := next_mark(clock, said, calendar)) and mark.at <= upto:
        found.append(mark)
        clock = with_mark_done(clock, mark.step)
    return clock, found


@given(calendars, limits(), terms(), moments, st.lists(st.tuples(spans, spans, spans), max_size=4))
def test_marks_come_in_order_each_once_and_never_while_stopped(
    calendar: WorkCalendar,
    limit: Limit,
    said: Terms,
    begin: datetime,
    stops: Sequence[tuple[timedelta, timedelta, timedelta]],
) -> None:
    clock, marks, at = start("reply", begin, limit, calendar), list[Mark](), begin
    for runs, foreseen, stands in stops:
        clock, found = fired(clock, said, calendar, at + runs)
        marks += found
        clock, at = stop(clock, at + runs, at + runs + foreseen, calendar), at + runs + stands
        assert next_mark(clock, said, calendar) is None
        clock = go_on(clock, at, calendar)
        following = next_mark(clock, said, calendar)
        assert following is None or following.at >= at
    _, found = fired(clock, said, calendar, datetime.max.replace(tzinfo=UTC))
    marks += found
    first = 1 if said.remind_at is None else 0
    assert [mark.step for mark in marks] == list(range(first, max(1, len(said.escalation)) + 1))
    assert [mark.at for mark in marks] == sorted(mark.at for mark in marks)
    assert next(mark.at for mark in marks if mark.step == 1) == clock.due_at


@given(calendars, limits(), terms(), moments, spans, spans)
def test_an_extension_brings_every_mark_once_more(
    calendar: WorkCalendar, limit: Limit, said: Terms, begin: datetime, runs: timedelta, more: timedelta
) -> None:
    clock, _ = fired(start("reply", begin, limit, calendar), said, calendar, begin + runs)
    until = max(clock.due_at, begin + runs) + more + timedelta(days=30)
    extended = extend(clock, begin + runs, until)
    assert (extended.due_at, extended.first_due_at) == (until, clock.first_due_at)
    _, marks = fired(extended, said, calendar, datetime.max.replace(tzinfo=UTC))
    assert [mark.step for mark in marks] == list(range(said.remind_at is None, max(1, len(said.escalation)) + 1))
    assert min(mark.at for mark in marks) >= begin + runs
