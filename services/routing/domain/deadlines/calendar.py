"""Working days and hours of one calendar row in one zone: when a limit ends, and how much was worked between."""

from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import msgspec

from services.contracts.directory import Calendar, Limit
from services.contracts.times import plus, utc

from .china import public_days
from .work_year import Shifts, WorkYear

_DAY = timedelta(days=1)
_NONE = timedelta()
FIRST_YEAR, LAST_YEAR = 1980, 2069
"""Years that are laid out, each once. What lies outside of them counts as it passes: no question costs more than these
years, whatever it asks of."""


class WorkCalendar:
    """China's calendar with the row's own exceptions, which win. Immutable but for the years it has laid out.

    Takes aware times of any offset and gives UTC, whose sums and differences are elapsed time in every zone.
    ValueError where the row cannot be; never an error of a time, be it the first or the last there is.
    """

    __slots__ = ("_begin", "_end", "_holidays", "_shifts", "_workdays", "_years", "zone")

    def __init__(self, row: Calendar, zone: ZoneInfo) -> None:
        self.zone = zone
        self._shifts = _shifts(row)
        self._workdays, self._holidays = frozenset(row.workdays), frozenset(row.holidays)
        self._years: dict[int, WorkYear] = {}
        self._begin, self._end = (utc(datetime(year, 1, 1, tzinfo=zone)) for year in (FIRST_YEAR, LAST_YEAR + 1))
        if both := sorted(self._workdays & self._holidays):
            raise ValueError(f"{both[0]} is both a workday and a holiday")

    def is_workday(self, day: date) -> bool:
        """By the row, else by the State Council's notice, else Monday to Friday but for public holidays."""
        if day in self._workdays or day in self._holidays:
            return day in self._workdays
        public = public_days(day.year)
        return day in public.make_up or (day.weekday() < 5 and day not in public.holidays)

    def after(self, start: datetime, limit: Limit) -> datetime:
        """When a limit that begins at `start` ends: hours as they pass, working hours within business hours, working
        days without the day on which it begins, up to the last one's end of business (民法典 201, 203)."""
        if limit.hours is not None:
            return plus(start, timedelta(hours=limit.hours))
        if limit.workhours is not None:
            return self.later(start, timedelta(hours=limit.workhours))
        assert limit.workdays is not None, "a limit has exactly one"
        start = utc(start)
        if not self._begin <= start < self._end:
            return plus(start, limit.workdays * _DAY)
        local = start.astimezone(self.zone)
        year, number = local.year, limit.workdays - 1 + self._year(local.year).days_upto(local.date())
        while number >= len(self._year(year)):
            number -= len(self._year(year))
            year += 1
            if year > LAST_YEAR:
                return plus(self._end, (number + 1) * _DAY)
        return self._year(year).close(number)

    def later(self, start: datetime, work: timedelta) -> datetime:
        """The first instant at which `work` was worked since `start`; `start` itself for none."""
        start = utc(start)
        before = max(_NONE, self._begin - start)
        if work <= before or start >= self._end:
            return plus(start, max(_NONE, work))
        year, done = self._place(start)
        left = done + work - before
        while left > self._year(year).total:
            left -= self._year(year).total
            year += 1
            if year > LAST_YEAR:
                return plus(self._end, left)
        return self._year(year).moment(left)

    def worked(self, begin: datetime, end: datetime) -> timedelta:
        """The working time from `begin` to `end`; negative where `end` is before `begin`."""
        begin, end = utc(begin), utc(end)
        if begin > end:
            return -self.worked(end, begin)
        (first, done), (last, done_then) = self._place(begin), self._place(end)
        between = sum((self._year(year).total for year in range(first, last)), _NONE)
        before = min(end, self._begin) - min(begin, self._begin)
        after = max(end, self._end) - max(begin, self._end)
        return before + between + done_then - done + after

    def _place(self, at: datetime) -> tuple[int, timedelta]:
        """The laid out year that `at` is in, or the one at that edge, and what of it is done by then."""
        if at >= self._end:
            return LAST_YEAR, self._year(LAST_YEAR).total
        at = max(at, self._begin)
        # on the zone's own calendar, which only near New Year may be in another year than `at`'s
        year = at.year if 1 < at.month < 12 else at.astimezone(self.zone).year
        return year, self._year(year).done(at)

    def _year(self, year: int) -> WorkYear:
        found = self._years.get(year)
        if found is None:
            first, length = date(year, 1, 1), (date(year + 1, 1, 1) - date(year, 1, 1)).days
            days = filter(self.is_workday, (first + number * _DAY for number in range(length)))
            found = self._years[year] = WorkYear(days, self._shifts, self.zone)
        return found


def work_calendar(row: Calendar | None, zone: ZoneInfo) -> WorkCalendar:
    """The calendar of this row, of none for China's alone with usual hours; the same one for an equal row."""
    return _made(msgspec.msgpack.encode(row or Calendar(name="")), zone)


@lru_cache(maxsize=256)
def _made(row: bytes, zone: ZoneInfo) -> WorkCalendar:
    return WorkCalendar(msgspec.msgpack.decode(row, type=Calendar), zone)


def _shifts(row: Calendar) -> Shifts:
    shifts = [(_since_midnight(begin), _since_midnight(end)) for begin, end in row.hours]
    ends = [wall for shift in shifts for wall in shift]
    if not ends or any(begin >= end for begin, end in shifts) or ends != sorted(ends):
        raise ValueError("hours are one or more spans of a day, each ending after it begins, in order and apart")
    return shifts


def _since_midnight(wall: str) -> timedelta:
    hours, minutes = wall.split(":")
    return timedelta(hours=int(hours), minutes=int(minutes))
