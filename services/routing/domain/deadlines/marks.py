"""When a clock reminds and escalates: its marks, each once, in order, none while it stands still."""

from datetime import datetime, timedelta
from typing import get_args

import msgspec

from services.contracts.deadlines import Window
from services.contracts.promises import Clock, Terms
from services.contracts.times import Instant

from .calendar import WorkCalendar
from .clocks import between, later

_WINDOWS = get_args(Window)


class Mark(msgspec.Struct, frozen=True):
    """Step 0 is the reminder; 1 the deadline itself, overdue from here on, and those after it where it goes next."""

    step: int
    at: Instant


def next_mark(clock: Clock, terms: Terms, calendar: WorkCalendar) -> Mark | None:
    """The first one not done, be it past or to come; None where it has no more, has ended or stands still.

    With no chain of escalation there is still step 1, since that it is overdue is a fact.
    """
    if clock.ended_at is not None or clock.stopped_at is not None or clock.name == "return":
        return None  # who lets the time to return pass has kept the case: nothing to supervise
    if clock.next_step == 0 and clock.name not in _WINDOWS and (at := _reminder(clock, terms.remind_at, calendar)):
        return Mark(0, at)
    step = max(1, clock.next_step)
    return Mark(step, _escalation(clock, step, terms, calendar)) if step <= max(1, len(terms.escalation)) else None


def with_mark_done(clock: Clock, step: int) -> Clock:
    """This one and those before it do not come again, until an extension or a redo sets another due time."""
    return msgspec.structs.replace(clock, next_step=max(clock.next_step, step + 1))


def _reminder(clock: Clock, share: float | None, calendar: WorkCalendar) -> datetime | None:
    """After this share of all the time it runs; none where it has no time to run."""
    left = between(clock, clock.since, clock.due_at, calendar)
    whole = clock.ran + max(timedelta(), left)  # that it went on when it was due already takes nothing away
    if share is None or whole <= timedelta():
        return None
    to_run = max(timedelta(), whole * share - clock.ran)
    return min(clock.due_at, later(clock, clock.since, to_run, calendar))


def _escalation(clock: Clock, step: int, terms: Terms, calendar: WorkCalendar) -> datetime:
    at = clock.due_at
    for _ in range(1, step):
        at = calendar.after(at, terms.step)
    if step == 1:
        return at  # when it became overdue, whatever stood still since
    at = later(clock, at, clock.late, calendar)
    return max(at, clock.runs_from) if clock.runs_from else at
