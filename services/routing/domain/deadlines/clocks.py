"""One clock of a case: started, stopped and gone on, extended, ended; each gives the next clock."""

from datetime import datetime, timedelta

import msgspec

from services.contracts.deadlines import ClockName, Window
from services.contracts.directory import Limit
from services.contracts.promises import Clock
from services.contracts.times import plus, utc

from .calendar import WorkCalendar

_replace = msgspec.structs.replace
_NONE = timedelta()


def between(clock: Clock, begin: datetime, end: datetime, calendar: WorkCalendar) -> timedelta:
    """From `begin` to `end` in the clock's own kind of time."""
    return calendar.worked(begin, end) if clock.working else end - begin


def later(clock: Clock, start: datetime, time: timedelta, calendar: WorkCalendar) -> datetime:
    """`time` of the clock's own kind after `start`."""
    return calendar.later(start, time) if clock.working else plus(start, time)


def start(name: ClockName | Window, at: datetime, due: Limit | datetime, calendar: WorkCalendar) -> Clock:
    """Due after a limit, or at a given time: its own kind of time is then elapsed."""
    at, end = utc(at), _due(at, due, calendar)
    return Clock(name=name, started_at=at, due_at=end, first_due_at=end, working=_working(due))


def stop(clock: Clock, at: datetime, until: datetime, calendar: WorkCalendar) -> Clock:
    """It stands still from `at`, as far as is known up to `until`. One that is due already stays due."""
    if clock.stopped_at is not None or clock.ended_at is not None:
        return clock
    at = max(utc(at), clock.since)
    stopped = _replace(
        clock,
        stopped_at=at,
        stopped_until=max(at, utc(until)),
        stopped_due=clock.due_at if clock.due_at > at else None,
        runs_from=at,
        ran=clock.ran + between(clock, clock.since, at, calendar),
    )
    return _replace(stopped, due_at=_due_if_gone_on(stopped, stopped.stopped_until or at, calendar))


def go_on(clock: Clock, at: datetime, calendar: WorkCalendar) -> Clock:
    """What was left of it when it stopped is left of it from `at`."""
    if clock.stopped_at is None or clock.ended_at is not None:
        return clock
    at = max(utc(at), clock.since)
    stood = max(_NONE, between(clock, clock.stopped_at, at, calendar))
    return _replace(
        clock,
        due_at=_due_if_gone_on(clock, at, calendar),
        late=clock.late + stood if clock.stopped_due is None else clock.late,
        runs_from=at,
        stopped_at=None,
        stopped_until=None,
        stopped_due=None,
    )


def extend(clock: Clock, at: datetime, until: datetime) -> Clock:
    """Promised anew at `at`: due at `until`, its marks to come again, its first promise kept. One that stands still
    and goes on as foreseen, or before, is due at just that time."""
    until = utc(until)
    moved = _replace(clock, started_at=utc(at), due_at=until, runs_from=None, ran=_NONE, late=_NONE, next_step=0)
    if clock.stopped_until is None:
        return moved
    return _replace(moved, stopped_at=min(clock.stopped_until, until), stopped_due=until)


def redo(clock: Clock, at: datetime, due: Limit | datetime, calendar: WorkCalendar) -> Clock:
    """Started anew at `at`, its first promise kept."""
    return _replace(start(clock.name, at, due, calendar), first_due_at=clock.first_due_at)


def reclock(clock: Clock, due: Limit, calendar: WorkCalendar) -> Clock:
    """As though that limit had been promised where it started: pushed on by as much as it has stood still, its marks
    to come again, its first promise kept."""
    stood, runs_from = _NONE, clock.since
    if clock.runs_from is not None:
        stood = max(_NONE, between(clock, clock.started_at, runs_from, calendar) - clock.ran)
    at = later(clock, _due(clock.started_at, due, calendar), stood, calendar)
    moved = _replace(clock, due_at=at, working=_working(due), late=_NONE, next_step=0)
    if clock.runs_from is not None:
        moved = _replace(moved, ran=max(_NONE, between(moved, clock.started_at, runs_from, calendar) - stood))
    if clock.stopped_at is None:
        return moved
    moved = _replace(moved, stopped_due=at if at > clock.stopped_at else None)
    return _replace(moved, due_at=_due_if_gone_on(moved, clock.stopped_until or clock.stopped_at, calendar))


def end(clock: Clock, at: datetime) -> Clock:
    """Met, or overtaken by events; the first end stands. In time is what ends at its due time or before."""
    return clock if clock.ended_at is not None else _replace(clock, ended_at=utc(at))


def reopen(clock: Clock) -> Clock:
    """As though it had not ended: the reply was sent back (审核退回), the merged case split. Marks done stay done."""
    return _replace(clock, ended_at=None)


def _due_if_gone_on(clock: Clock, at: datetime, calendar: WorkCalendar) -> datetime:
    """Pushed on by the time it stood still; with time left, it is not overdue at once."""
    assert clock.stopped_at is not None, "it stands still"
    if clock.stopped_due is None:
        return clock.due_at
    stood = max(_NONE, between(clock, clock.stopped_at, at, calendar))
    return max(at, later(clock, clock.stopped_due, stood, calendar))


def _due(at: datetime, due: Limit | datetime, calendar: WorkCalendar) -> datetime:
    return calendar.after(at, due) if isinstance(due, Limit) else utc(due)


def _working(due: Limit | datetime) -> bool:
    return isinstance(due, Limit) and due.hours is None
