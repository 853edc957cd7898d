"""Working days and hours of one calendar row in one zone: when a limit ends, and how much was worked between."""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import msgspec

from services.contracts.directory import Calendar, Limit

from .china import public_days
from .work_year import Shifts, WorkYear

_DAY = timedelta(days=1)


class WorkCalendar:
    """China's calendar with the row's own exceptions, which win. Immutable but for the years it has laid out.

    Takes aware times of any offset and gives UTC, whose sums and differences are elapsed time in every zone.
    ValueError where the row cannot be.
    """

    __slots__ = ("_holidays", "_shifts", "_workdays", "_years", "zone")

    def __init__(self, row: Calendar, zone: ZoneInfo) -> None:
        self.zone = zone
        self._shifts = _shifts(row)
        self._workdays, self._holidays = frozenset(row.workdays), frozenset(row.holidays)
        self._years: dict[int, WorkYear] = {}
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
            return start.astimezone(UTC) + timedelta(hours=limit.hours)
        if limit.workhours is not None:
            return self.later(start, timedelta(hours=limit.workhours))
        assert limit.workdays is not None, "a limit has exactly one"
        local = start.astimezone(self.zone)
        year, number = local.year, limit.workdays - 1 + self._year(local.year).days_upto(local.date())
        while number >= len(self._year(year)):
            number -= len(self._year(year))
            year += 1
        return self._year(year).close(number)

    def later(self, start: datetime, work: timedelta) -> datetime:
        """The first instant at which `work` was worked since `start`; `start` itself for none."""
        if work <= timedelta():
            return start.astimezone(UTC)
        year = self._year_of(start)
        left = self._year(year).done(start) + work
        while left > self._year(year).total:
            left -= self._year(year).total
            year += 1
        return self._year(year).moment(left)

    def worked(self, begin: datetime, end: datetime) -> timedelta:
        """The working time from `begin` to `end`; negative where `end` is before `begin`."""
        first, last = self._year_of(begin), self._year_of(end)
        if first > last:
            return -self.worked(end, begin)
        between = sum((self._year(year).total for year in range(first, last)), timedelta())
        return between + self._year(last).done(end) - self._year(first).done(begin)

    def _year_of(self, at: datetime) -> int:
        """On the zone's own calendar, which only near New Year may be in another year than `at`'s."""
        return at.year if 1 < at.month < 12 else at.astimezone(self.zone).year

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
