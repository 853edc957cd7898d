"""Aware instants only: a time without an offset is an error where it enters, not later."""

import re
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Annotated

import msgspec

Instant = Annotated[datetime, msgspec.Meta(tz=True, description="RFC 3339 with an offset")]

TOLD_WITHIN = timedelta(hours=72)
"""What is told later than that after it happened is history: it needs the scope `backdate`, and no deadline of it
counts until its source declares that it has told all."""


def check_aware(**times: datetime | None) -> None:
    """Raise ValueError naming the first of `times` that has no UTC offset."""
    for name, value in times.items():
        if value is not None and value.tzinfo is None:
            raise ValueError(f"{name} needs a UTC offset, such as 2026-03-01T08:00:00+08:00")


FIRST = datetime(1, 1, 3, tzinfo=UTC)
LAST = datetime(9999, 12, 29, tzinfo=UTC)
"""What lies beyond is reckoned as these: so much room is left that every zone can say them, and a sum its end."""


def utc(at: datetime) -> datetime:
    """The instant in UTC, whose sums and differences are elapsed time. Never an error."""
    try:
        return min(max(at.astimezone(UTC), FIRST), LAST)
    except OverflowError:  # at the very edge of what a datetime can say, in the offset that takes it over
        return FIRST if at.year == 1 else LAST


def in_zone(at: datetime, zone: tzinfo) -> datetime:
    """The instant as that zone's clocks say it. Never an error."""
    return utc(at).astimezone(zone)


def plus(at: datetime, length: timedelta) -> datetime:
    """So much elapsed time later (or earlier), in UTC; the edge where that lies beyond it. Never an error."""
    try:
        return utc(utc(at) + length)
    except OverflowError:
        return LAST if length > timedelta() else FIRST


def late_by(due: datetime, at: datetime) -> float | None:
    """How many days `at` is after `due`, to a tenth: what is late by a minute is not late by nothing. None in time."""
    late = (at - due) / timedelta(days=1)
    return max(0.1, round(late, 1)) if late > 0 else None


_PLUS_LOST = re.compile(r"(\d{4}-\d\d-\d\d[Tt ][\d:.]+) (\d\d(?::?\d\d)?)")


def with_plus(text: str) -> str:
    """A time of a query, where an unencoded `+` is a blank: one that stands before the offset is meant as `+`."""
    return _PLUS_LOST.sub(r"\1+\2", text) if _PLUS_LOST.fullmatch(text) else text
