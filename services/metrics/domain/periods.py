"""Days and hours of the deployment's zone. A bucket is named by the UTC instant at which it begins."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import msgspec

from services.contracts.times import with_plus

from .bounds import EARLIEST, LATEST, bounded

_BARE_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


class BadPeriod(ValueError):
    """`from` or `to` cannot be read, or cuts through a bucket; the message says what to send."""

    def __init__(self, field: str, detail: str) -> None:
        super().__init__(detail)
        self.field = field


class Period(msgspec.Struct, frozen=True, kw_only=True):
    """Half-open: `begin` is in it, `end` is not. None: without bound on that side. Instants in UTC."""

    begin: datetime | None = None
    end: datetime | None = None

    def holds(self, bucket: datetime) -> bool:
        """Whether the bucket that begins then is in it."""
        return (self.begin is None or self.begin <= bucket) and (self.end is None or bucket < self.end)

    def until(self, limit: datetime) -> "Period":
        """The part of it before `limit`."""
        return Period(begin=self.begin, end=limit if self.end is None else min(self.end, limit))


def day_of(at: datetime, zone: ZoneInfo) -> datetime:
    """The midnight in `zone` that begins the day of `at`, as UTC."""
    return _midnight(bounded(at).astimezone(zone).date(), zone)


def hour_of(at: datetime, zone: ZoneInfo) -> datetime:
    """The full hour of `zone`'s clock that begins the hour of `at`, as UTC."""
    return bounded(at).astimezone(zone).replace(minute=0, second=0, microsecond=0).astimezone(UTC)


def day(at: datetime, zone: ZoneInfo) -> Period:
    """The whole day of `at` in `zone`."""
    today = bounded(at).astimezone(zone).date()
    return Period(begin=_midnight(today, zone), end=_midnight(today + timedelta(days=1), zone))


def buckets(period: Period, zone: ZoneInfo, *, days: bool) -> Iterator[datetime]:
    """All buckets of a bounded period that begins on the edge of one, in order: days, else hours."""
    assert period.begin is not None
    assert period.end is not None
    at = period.begin
    while at < period.end:
        yield at
        on = at.astimezone(zone).date()
        at = _midnight(on + timedelta(days=1), zone) if days else hour_of(at + timedelta(hours=1), zone)


def period(begin: str | None, end: str | None, zone: ZoneInfo, *, days: bool) -> Period:
    """`from` and `to` of a request. A date is its midnight in `zone`, a time without offset is `zone`'s.

    BadPeriod where one cannot be read, is not on a bucket's edge (`days`: midnight, else the full hour), or where
    the end is before the beginning.
    """
    result = Period(begin=_edge("from", begin, zone, days=days), end=_edge("to", end, zone, days=days))
    if result.begin is not None and result.end is not None and result.end < result.begin:
        raise BadPeriod("to", "`to` is before `from`; the period is half-open: from ≤ t < to")
    return result


def mark(bucket: datetime) -> str:
    """A bucket's name in UTC, to the minute: some zones' hours begin at half past."""
    return bucket.astimezone(UTC).isoformat()[:16]


def marked(text: str) -> datetime:
    """The bucket of that name."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def shown(at: datetime | None, zone: ZoneInfo) -> str | None:
    """An edge as people write it: RFC 3339 with `zone`'s offset."""
    return None if at is None else at.astimezone(zone).isoformat()


def _edge(field: str, text: str | None, zone: ZoneInfo, *, days: bool) -> datetime | None:
    if text is None:
        return None
    try:
        if _BARE_DATE.fullmatch(text):
            at = bucket = _midnight(date.fromisoformat(text), zone)
        else:
            # an unencoded + in a query arrives as a blank
            at = datetime.fromisoformat(with_plus(text))
            at = (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)
            bucket = day_of(at, zone) if days else hour_of(at, zone)
    except (ValueError, OverflowError):
        raise BadPeriod(
            field, f"`{field}` is a date such as 2026-03-01 or a time such as 2026-03-01T08:00:00+08:00, not {text!r}"
        ) from None
    if not EARLIEST <= at <= LATEST:
        raise BadPeriod(
            field, f"`{field}` lies outside the years {EARLIEST.year} to {LATEST.year - 1}; leave it out for no bound"
        )
    if at != bucket:
        unit = "a midnight" if days else "a full hour"
        raise BadPeriod(field, f"`{field}` must be {unit} in {zone.key}: figures on this basis cannot be cut finer")
    return at


@lru_cache
def _midnight(on: date, zone: ZoneInfo) -> datetime:
    return datetime(on.year, on.month, on.day, tzinfo=zone).astimezone(UTC)
