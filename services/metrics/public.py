"""The public board: a few shares, in total and by department, with nothing that is said of fewer than ten.

A part that is hidden could be had by taking those that are shown from the whole, so where what is hidden comes to fewer
than ten cases, the smallest part that is shown is hidden with it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from .domain.figures import Figure
from .domain.period_names import PeriodName, period_name
from .domain.periods import Period, shown
from .domain.rates import CATALOGUE
from .domain.spans import span_of
from .domain.watermark import Counted, Watermark
from .handlers import Answer, Question, answers, understand
from .ports import CellReader, Names
from .published import RATE as SATISFIED
from .published import Batched, Published, in_all

RATES = ("handled", "replied", "on_time")
LEAST = 10


class PublicShare(msgspec.Struct, frozen=True, kw_only=True):
    """A figure as the public sees it; `value` is None where it is hidden, or there is nothing to divide by."""

    labels: dict[str, str]
    value: float | None
    n: int | None


class PublicBoard(msgspec.Struct, frozen=True, kw_only=True):
    """One share, of `period`; satisfaction up to the last day that is released."""

    rate: str
    name: str
    name_en: str
    meaning: str
    meaning_en: str
    period: PeriodName
    total: PublicShare
    departments: list[PublicShare]
    hidden: int


class Public(Counted, frozen=True, kw_only=True):
    """All of them, of one reading; `since` is the first of January, `at` when it was read."""

    at: datetime
    since: str
    period: PeriodName
    least: int
    boards: list[PublicBoard]


async def public(*, cells: CellReader, published: Published, names: Names, zone: ZoneInfo, mark: Watermark) -> Public:
    """This year's. CellsAway."""
    year = span_of(mark.asked_at, "year", zone)
    begin = shown(year.begin, zone)
    asked = [
        understand(Question(rate=rate, group_by=groups, begin=begin, end=shown(year.end, zone)), zone)
        for rate in RATES
        for groups in ((), ("department",))
    ]
    overview = await answers(asked, cells=cells, names=names, zone=zone, mark=mark)
    pairs = zip(overview.answers[::2], overview.answers[1::2], strict=True)
    released, batches = await published.of(year.period, cells=cells, names=names, zone=zone, until=mark.until)
    return Public(
        **mark.told(zone),
        at=mark.asked_at,
        period=period_name(year.period, zone),
        since=begin or "",
        least=LEAST,
        boards=[*(_board(total, parts) for total, parts in pairs), _satisfied(released, batches, names, zone)],
    )


def _board(total: Answer, parts: Answer) -> PublicBoard:
    row = CATALOGUE[total.rate]
    (whole,) = total.rows
    there = [one for one in parts.rows if one.group["department"] != "none"]
    beside = [one for one in parts.rows if one.group["department"] == "none"]
    seen = visible(there, sum(int(one.denominator or 0) for one in beside))
    return PublicBoard(
        rate=row.id,
        name=row.name,
        name_en=row.name_en,
        meaning=row.meaning,
        meaning_en=row.meaning_en,
        period=total.period,
        total=_told(whole) if (whole.denominator or 0) >= LEAST else PublicShare(labels={}, value=None, n=None),
        departments=sorted(map(_told, seen), key=lambda one: (-(one.value or 0), -(one.n or 0))),
        hidden=len(there) - len(seen),
    )


def _satisfied(period: Period, batches: Mapping[str, Batched], names: Names, zone: ZoneInfo) -> PublicBoard:
    row = CATALOGUE[SATISFIED]
    seen = {department: one for department, one in batches.items() if one.shown}
    departments = [_released(one, names.label("department", department)) for department, one in seen.items()]
    return PublicBoard(
        rate=row.id,
        name=row.name,
        name_en=row.name_en,
        meaning=f"{row.meaning}; 每满十件才更新, 合计只含列出的部门",
        meaning_en=f"{row.meaning_en}; told anew with every ten, the total is of the departments listed",
        period=period_name(period, zone),
        total=_released(in_all(list(seen.values())), {}),
        departments=sorted(departments, key=lambda one: (-(one.value or 0), -(one.n or 0))),
        hidden=len(batches) - len(seen),
    )


def _released(one: Batched, labels: Mapping[str, str]) -> PublicShare:
    if not one.shown:
        return PublicShare(labels={}, value=None, n=None)
    return PublicShare(labels=dict(labels), value=one.value, n=one.about)


def visible(rows: Sequence[Figure], beside: int = 0) -> list[Figure]:
    """Those of ten cases and more, unless the rest (with `beside`, which is never shown) could be told from them."""
    by_size = sorted(rows, key=lambda one: int(one.denominator or 0))
    hidden, rest = beside, list[Figure]()
    for number, one in enumerate(by_size):
        size = int(one.denominator or 0)
        if size < LEAST or 0 < hidden < LEAST:
            hidden += size
            continue
        rest = by_size[number:]
        break
    return rest


def _told(one: Figure) -> PublicShare:
    labels = dict(one.labels.get("department", {}))
    return PublicShare(labels=labels, value=one.value, n=None if one.denominator is None else int(one.denominator))
