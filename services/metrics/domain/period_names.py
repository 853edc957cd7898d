"""A period as people name it: 2026年11月, 2026年第48周. Never 本月 or 今年: an answer is kept."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from .periods import Period
from .spans import Unit, span_of

_UNITS: tuple[Unit, ...] = ("year", "month", "week", "day", "hour")


class PeriodName(msgspec.Struct, frozen=True):
    """In both languages."""

    zh: str
    en: str


ALL_TIMES = PeriodName("全部时间", "all times")


def period_name(period: Period, zone: ZoneInfo) -> PeriodName:
    """The end is named as people do, by the last day that is in it."""
    begin, end = period.begin, period.end
    if begin is None and end is None:
        return ALL_TIMES
    if begin is None or end is None:
        return _open(begin, end, zone)
    for unit in _UNITS:
        one = span_of(begin, unit, zone)
        if (one.begin, one.end) == (begin, end):
            return PeriodName(_NAMED[unit](begin.astimezone(zone)), one.text)
    first, last = begin.astimezone(zone), _last(end, zone)
    return PeriodName(f"{_point(first)}至{_point(last)}", f"{_iso(first)} to {_iso(last)}")


def _open(begin: datetime | None, end: datetime | None, zone: ZoneInfo) -> PeriodName:
    if begin is not None:
        first = begin.astimezone(zone)
        return PeriodName(f"{_point(first)}起", f"from {_iso(first)}")
    assert end is not None
    last = _last(end, zone)
    return PeriodName(f"截至{_point(last)}", f"up to {_iso(last)}")


def _last(end: datetime, zone: ZoneInfo) -> datetime:
    """The last day where the end is a midnight, else the end itself."""
    local = end.astimezone(zone)
    return local - timedelta(days=1) if _midnight(local) else local


def _midnight(at: datetime) -> bool:
    return (at.hour, at.minute) == (0, 0)


def _point(at: datetime) -> str:
    return f"{at.year}年{at.month}月{at.day}日" + ("" if _midnight(at) else f"{at:%H:%M}")


def _iso(at: datetime) -> str:
    return at.date().isoformat() + ("" if _midnight(at) else f" {at:%H:%M}")


def _week(at: datetime) -> str:
    year, week, _ = at.isocalendar()
    return f"{year}年第{week}周"


_NAMED: Mapping[Unit, Callable[[datetime], str]] = {
    "year": lambda at: f"{at.year}年",
    "month": lambda at: f"{at.year}年{at.month}月",
    "week": _week,
    "day": _point,
    "hour": lambda at: f"{at.year}年{at.month}月{at.day}日{at.hour}时",
}
