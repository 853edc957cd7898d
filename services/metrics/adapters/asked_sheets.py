"""Which sheets a question is read from: their ids, one by one or in ranges. docs/adr/0019."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from ..domain.cells import SHEETS, Sheet
from ..domain.months import KEPT, OF, month_buckets, split
from ..domain.periods import Period, buckets, mark, marked
from ..ports import CellQuery
from .sheets import prefix, sheet_id

MOST_NAMED = 5_000
"""Sheets of a partition that are named one by one; more are found by their range."""
_DAYS = ("cohort", "durations")
_SHORTEST: Mapping[str, timedelta] = {
    **dict.fromkeys(_DAYS, timedelta(days=1)),
    **dict.fromkeys(("due", "flow"), timedelta(hours=1)),
    **dict.fromkeys(KEPT.values(), timedelta(days=28)),
}
"""How long a bucket of a basis is at least, but for the hour that a clock is set forward."""
_NOTHING = Period(begin=datetime(1970, 1, 1, tzinfo=UTC), end=datetime(1970, 1, 1, tzinfo=UTC))


class Part(NamedTuple):
    """Sheets of one basis, one dimension and a period."""

    basis: str
    dimension: str
    period: Period

    @property
    def range(self) -> dict[str, str]:
        """Of their ids."""
        begin, end = self.period.begin, self.period.end
        first = prefix(self.basis, self.dimension)
        return {"$gte": first + (mark(begin) if begin else ""), "$lt": first + (mark(end) if end else "~")}

    @property
    def bounded(self) -> bool:
        """Whether its period has both ends."""
        return self.period.begin is not None and self.period.end is not None

    def within(self, edges: Sequence[str]) -> "Part":
        """Bounded by the ids of the first and the last sheet that there are; of none, by nothing."""
        if not edges:
            return self._replace(period=_NOTHING)
        first, last = map(_bucket, edges)
        begin, end = self.period.begin or first, self.period.end or last + timedelta(minutes=1)
        return self._replace(period=Period(begin=begin, end=end))

    def buckets(self, zone: ZoneInfo) -> Iterator[datetime]:
        """Of a bounded one."""
        if self.basis in KEPT.values():
            return month_buckets(self.period, zone)
        return buckets(self.period, zone, days=self.basis in _DAYS)

    @property
    def most(self) -> float:
        """Of a bounded one: no more buckets than these."""
        assert self.period.begin is not None
        assert self.period.end is not None
        return (self.period.end - self.period.begin) / _SHORTEST[self.basis]


def parts(query: CellQuery, zone: ZoneInfo) -> list[Part]:
    """Whole months, where months are kept of what is asked, and the days or hours that are left."""
    outer, inner = SHEETS[query.dims]
    month = KEPT.get(query.basis)
    if month is None or outer not in OF or inner is not None or (query.bucketed and not query.by_month):
        return [Part(query.basis, outer, query.period)]
    found = split(query.period, zone)
    rest = [Part(query.basis, outer, part) for part in found.rest]
    return [*rest, Part(month, outer, found.months)] if found.months else rest


def between(asked: Sequence[Part]) -> dict[str, Any]:
    """A match for all sheets of these."""
    ranges = [{"_id": part.range} for part in asked]
    return ranges[0] if len(ranges) == 1 else {"$or": ranges}


def by_name(
    asked: Sequence[Part], values: Sequence[str], partitions: Collection[int], zone: ZoneInfo
) -> dict[str, Any] | None:
    """A match for those of these values, of bounded parts; None where they are too many to be named."""
    if sum(part.most for part in asked) * len(values) > MOST_NAMED:
        return None
    ids = [
        sheet_id(partition, Sheet(part.basis, bucket, part.dimension, value))
        for part in asked
        for bucket in part.buckets(zone)
        for value in values
        for partition in partitions
    ]
    return {"_id": {"$in": ids}}


def _bucket(id_: str) -> datetime:
    return marked(id_.split("/", 3)[2])
