"""Working time counted plainly, day by day and shift by shift: China's days as the `holidays` package gives them, but
for the exceptions of a directory's row. Days and hours are Shanghai's."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import holidays

ZONE = ZoneInfo("Asia/Shanghai")
USUAL = (("09:00", "12:00"), ("13:30", "17:30"))
LONGEST = timedelta(days=1500)
"""No limit reaches further: 250 working days are a year."""

Row = Mapping[str, Any]
Limit = Mapping[str, Any]
Span = tuple[datetime, datetime]


@cache
def in_china(day: date) -> bool:
    """Whether people work on it: weekends but for those made up, without public holidays."""
    year = holidays.country_holidays("CN", years=day.year)
    return day in year.weekend_workdays or year.is_working_day(day)


def is_workday(row: Row, day: date) -> bool:
    """The same with the row's own exceptions."""
    if day.isoformat() in row.get("holidays", ()):
        return False
    return day.isoformat() in row.get("workdays", ()) or in_china(day)


def spans(row: Row, begin: datetime) -> Iterator[Span]:
    """The working hours after `begin`, one after another."""
    first = begin.astimezone(ZONE).date()
    for number in range(LONGEST.days):
        day = first + timedelta(days=number)
        for start, end in shifts(row, day) if is_workday(row, day) else ():
            if end > begin:
                yield max(start, begin), end


def shifts(row: Row, day: date) -> list[Span]:
    """The hours of a working day."""
    return [(_at(day, start), _at(day, end)) for start, end in sorted(row.get("hours") or USUAL)]


def after(row: Row, begin: datetime, limit: Limit) -> datetime:
    """When a limit that begins then ends."""
    if limit.get("hours") is not None:
        return begin + timedelta(hours=limit["hours"])
    if limit.get("workhours") is not None:
        return worked(row, begin, timedelta(hours=limit["workhours"]))
    return _end_of_workday(row, begin, limit["workdays"])


def worked(row: Row, begin: datetime, length: timedelta) -> datetime:
    """When so much working time has passed."""
    if length <= timedelta():
        return begin
    for start, end in spans(row, begin):
        if end - start >= length:
            return start + length
        length -= end - start
    raise ValueError(f"no end of {length} within {LONGEST}")


def _end_of_workday(row: Row, begin: datetime, days: int) -> datetime:
    """民法典 201, 203: the day on which it begins is not counted, the last one ends when business does."""
    day = begin.astimezone(ZONE).date()
    while days:
        day += timedelta(days=1)
        days -= is_workday(row, day)
    return shifts(row, day)[-1][1]


def between(row: Row, begin: datetime, end: datetime) -> timedelta:
    """The working time from one moment to another, nothing where that is before."""
    found = timedelta()
    if end <= begin:
        return found
    for start, stop in spans(row, begin):
        if start >= end:
            break
        found += min(stop, end) - start
    return found


def is_working_time(limit: Limit) -> bool:
    """Working hours and days, not elapsed hours."""
    return limit.get("hours") is None


def _at(day: date, text: str) -> datetime:
    if text == "24:00":
        return _at(day + timedelta(days=1), "00:00")
    return datetime.combine(day, time.fromisoformat(text), ZONE).astimezone(UTC)
