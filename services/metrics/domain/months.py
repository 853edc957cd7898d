"""Whole months of cells: a long period is read from them and a few days, whatever happened on each day.

Kept of the sheets' own cells alone, by the calendar months of the deployment's zone, and only where a year is asked for
often: ADR 0019 says what they cost.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

import msgspec

from .cells import ITSELF, Cell, Sheet, Tally, add, nonzero
from .periods import Period
from .spans import span_of

KEPT: Mapping[str, str] = {"cohort": "cohort.month", "due": "due.month"}
"""Bases of which there are months, each with theirs."""
OF = ("total", "channel", "department")
"""Dimensions of the sheets of which there are."""


class Split(msgspec.Struct, frozen=True, kw_only=True):
    """A period as whole months and what is left of it before and after them."""

    months: Period | None
    rest: tuple[Period, ...]


def with_months(sheets: Mapping[Sheet, Mapping[Cell, Tally]], zone: ZoneInfo) -> dict[Sheet, Mapping[Cell, Tally]]:
    """The sheets, and those of their months."""
    found: dict[Sheet, dict[str, int]] = {}
    for sheet, cells in sheets.items():
        basis = KEPT.get(sheet.basis)
        if basis is None or sheet.dimension not in OF or ITSELF not in cells:
            continue
        month = Sheet(basis, month_of(sheet.bucket, zone), sheet.dimension, sheet.value)
        add(found.setdefault(month, {}), cells[ITSELF])
    return {**sheets, **{month: {ITSELF: left} for month, sums in found.items() if (left := nonzero(sums))}}


@lru_cache(maxsize=4_096)
def month_of(bucket: datetime, zone: ZoneInfo) -> datetime:
    """The UTC instant at which the month of a bucket begins."""
    return span_of(bucket, "month", zone).begin


def split(period: Period, zone: ZoneInfo) -> Split:
    """A period without beginning or end has months without them."""
    begin = None if period.begin is None else _next_month(period.begin, zone)
    end = None if period.end is None else month_of(period.end, zone)
    if begin is not None and end is not None and begin >= end:
        return Split(months=None, rest=(period,))
    before = Period(begin=period.begin, end=begin)
    after = Period(begin=end, end=period.end)
    rest = [part for part in (before, after) if part.begin != part.end]
    return Split(months=Period(begin=begin, end=end), rest=tuple(rest))


def month_buckets(months: Period, zone: ZoneInfo) -> Iterator[datetime]:
    """The beginnings of a bounded period's months."""
    assert months.begin is not None
    assert months.end is not None
    at = months.begin
    while at < months.end:
        yield at
        at = span_of(at, "month", zone).end


def _next_month(at: datetime, zone: ZoneInfo) -> datetime:
    """The first edge of a month that is not before `at`."""
    span = span_of(at, "month", zone)
    return span.begin if span.begin == at else span.end
