"""One year of working time, laid out so that its questions are one bisection each."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

Shifts = Sequence[tuple[timedelta, timedelta]]
"""Business hours, each from and to as the wall clock's time since midnight."""


class WorkYear:
    """The working `days` of a year with their shifts as instants. Immutable; all instants are in UTC."""

    __slots__ = ("_before", "_begins", "_closes", "_days", "_ends", "total")

    def __init__(self, days: Iterable[date], shifts: Shifts, zone: ZoneInfo) -> None:
        self._days = list(days)
        rows = [_instants(day, shifts, zone) for day in self._days]
        self._closes = [row[-1] for row in rows]
        self._begins = [begin for row in rows for begin in row[::2]]
        self._ends = [end for row in rows for end in row[1::2]]
        lengths = (end - begin for begin, end in zip(self._begins, self._ends, strict=True))
        self._before = list(accumulate(lengths, initial=timedelta()))
        self.total = self._before[-1]

    def done(self, at: datetime) -> timedelta:
        """The working time of this year before `at`."""
        at = at.astimezone(UTC)  # sums and differences within another zone would be the wall clock's
        index = bisect_right(self._begins, at) - 1
        if index < 0:
            return timedelta()
        return self._before[index] + min(at, self._ends[index]) - self._begins[index]

    def moment(self, done: timedelta) -> datetime:
        """The first instant at which so much is done; more than none, at most `total`."""
        index = bisect_left(self._before, done, lo=1) - 1
        return self._begins[index] + done - self._before[index]

    def close(self, number: int) -> datetime:
        """When business ends on the working day of this number, from 0."""
        return self._closes[number]

    def days_upto(self, day: date) -> int:
        """How many of its working days are not after `day`."""
        return bisect_right(self._days, day)

    def __len__(self) -> int:
        """Its working days."""
        return len(self._days)


def _instants(day: date, shifts: Shifts, zone: ZoneInfo) -> list[datetime]:
    midnight = datetime.combine(day, time.min)  # of the wall clock, so that 24:00 is the next one
    walls = ((midnight + wall).replace(tzinfo=zone) for shift in shifts for wall in shift)
    # where clocks are put forward, a wall time that does not exist maps past later ones
    return list(accumulate((wall.astimezone(UTC) for wall in walls), max))
