"""Named spans of time: an hour, a day, an ISO week, a month, a year, of the calendar or of an assessment (考核周期).

An assessment's month that begins on the 25th is named by the month in which it ends: 2026-11 is 25 October to
25 November, the end not included. Its year that begins in November is named by the year in which it ends.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Literal, get_args
from zoneinfo import ZoneInfo

import msgspec

from .bounds import EARLIEST, LATEST, bounded
from .periods import BadPeriod, Period, hour_of

Unit = Literal["hour", "day", "week", "month", "year"]
UNITS: tuple[Unit, ...] = get_args(Unit)
NOW: Mapping[str, Unit] = {"today": "day", "week": "week", "month": "month", "year": "year"}
"""Words for the one that is now."""
MOST_SPANS = 2_000
_WRITTEN: tuple[tuple[Unit, re.Pattern[str]], ...] = (
    ("hour", re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d)", re.ASCII)),
    ("day", re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII)),
    ("week", re.compile(r"(\d{4})-W(\d\d)", re.ASCII)),
    ("month", re.compile(r"(\d{4})-(\d\d)", re.ASCII)),
    ("year", re.compile(r"(\d{4})", re.ASCII)),
)


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """When months and years begin: on this day, and in this month. The calendar's: the 1st, January."""

    day: int = 1
    month: int = 1


CALENDAR = Turn()


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """`text` is how it is written; `begin` and `end` as in a Period, in UTC."""

    unit: Unit
    text: str
    begin: datetime
    end: datetime

    @property
    def period(self) -> Period:
        """The same without its name."""
        return Period(begin=self.begin, end=self.end)


def span(text: str, zone: ZoneInfo, turn: Turn = CALENDAR) -> Span:
    """The span of that name. BadPeriod."""
    for unit, pattern in _WRITTEN:
        if found := pattern.fullmatch(text):
            try:
                one = _named(unit, [int(part) for part in found.groups()], zone, turn)
            except (ValueError, OverflowError):
                break
            if one.begin >= EARLIEST and one.end <= LATEST:
                return one
            raise BadPeriod(
                "period", f"`period` lies outside the years {EARLIEST.year + 1} to {LATEST.year - 1}: {text!r}"
            )
    raise BadPeriod(
        "period",
        f"`period` is a year, month, week, day or hour such as 2026, 2026-11, 2026-W48, 2026-11-28 or "
        f"2026-11-28T09, not {text!r}",
    )


def span_of(at: datetime, unit: Unit, zone: ZoneInfo, turn: Turn = CALENDAR) -> Span:
    """The one that `at` is in."""
    local = bounded(at).astimezone(zone)
    if unit == "hour":
        return _hour(hour_of(at, zone), zone)
    if unit == "day":
        return _named(unit, [local.year, local.month, local.day], zone, turn)
    if unit == "week":
        return _named(unit, list(local.isocalendar()[:2]), zone, turn)
    month = _month_of(local.date(), turn)
    return _named(unit, [*month] if unit == "month" else [_year_of(*month, turn)], zone, turn)


def before(one: Span, zone: ZoneInfo, turn: Turn = CALENDAR) -> Span:
    """The one just before (环比)."""
    return span_of(one.begin - timedelta(microseconds=1), one.unit, zone, turn)


def year_before(one: Span, zone: ZoneInfo, turn: Turn = CALENDAR) -> Span:
    """The same one of the year before (同比); where that year has none of that number, its last such."""
    year, rest = int(one.text[:4]) - 1, one.text[4:]
    if one.unit == "week":
        week = min(int(rest[2:]), date(year, 12, 28).isocalendar().week)
        return span(f"{year:04}-W{week:02}", zone, turn)
    if rest.startswith("-02-29"):
        rest = f"-02-28{rest[6:]}"
    return span(f"{year:04}{rest}", zone, turn)


def spans(period: Period, unit: Unit, zone: ZoneInfo, turn: Turn = CALENDAR) -> Iterator[Span]:
    """All that have a part in the period, which is bounded, in order. BadPeriod where they are too many."""
    assert period.begin is not None
    assert period.end is not None
    at, count = period.begin, 0
    while at < period.end:
        count += 1
        if count > MOST_SPANS:
            raise BadPeriod("by", f"more than {MOST_SPANS} spans; ask for a shorter period or larger ones")
        one = span_of(at, unit, zone, turn)
        yield one
        at = one.end


def _named(unit: Unit, parts: list[int], zone: ZoneInfo, turn: Turn) -> Span:
    if unit == "hour":
        return _hour(datetime(*parts, tzinfo=zone).astimezone(UTC), zone)  # type: ignore[misc,arg-type]
    if unit == "day":
        on = date(*parts)
        return _days(unit, on.isoformat(), on, on + timedelta(days=1), zone)
    if unit == "week":
        year, week = parts
        on = date.fromisocalendar(year, week, 1)
        return _days(unit, f"{year:04}-W{week:02}", on, on + timedelta(days=7), zone)
    if unit == "month":
        year, month = parts
        return _days(unit, f"{year:04}-{month:02}", _begin(year, month, turn), _begin(*_next(year, month), turn), zone)
    (year,) = parts
    first = (year - 1, turn.month) if turn.month > 1 else (year, 1)
    return _days(unit, f"{year:04}", _begin(*first, turn), _begin(first[0] + 1, first[1], turn), zone)


def _hour(begin: datetime, zone: ZoneInfo) -> Span:
    """An hour that comes twice in autumn has one name; only the first is found by it."""
    text = begin.astimezone(zone).isoformat()[:13]
    return Span(unit="hour", text=text, begin=begin, end=begin + timedelta(hours=1))


def _days(unit: Unit, text: str, begin: date, end: date, zone: ZoneInfo) -> Span:
    edges = [datetime(on.year, on.month, on.day, tzinfo=zone).astimezone(UTC) for on in (begin, end)]
    return Span(unit=unit, text=text, begin=edges[0], end=edges[1])


def _begin(year: int, month: int, turn: Turn) -> date:
    """The first day of the month of that name."""
    if turn.day == 1:
        return date(year, month, 1)
    return date(year, month - 1, turn.day) if month > 1 else date(year - 1, 12, turn.day)


def _next(year: int, month: int) -> tuple[int, int]:
    return (year, month + 1) if month < 12 else (year + 1, 1)


def _month_of(on: date, turn: Turn) -> tuple[int, int]:
    """The name of the month that a day is in."""
    return _next(on.year, on.month) if turn.day > 1 and on.day >= turn.day else (on.year, on.month)


def _year_of(year: int, month: int, turn: Turn) -> int:
    return year + 1 if turn.month > 1 and month >= turn.month else year
