"""Up to which time the log is counted (统计截至): what every figure says of itself.

All facts that were on the log by then are in the figures, of every partition. What is due is judged as of that time
too, so that both sides of a share are of one instant: while counting is behind, a reply that met its deadline may stand
uncounted on the log.
"""

from datetime import datetime, timedelta
from typing import Any

import msgspec

from services.contracts.times import Instant

TOLERATED = timedelta(seconds=10)
"""Figures that are no further behind are complete; some seconds are the rhythm in which the log's end is looked at."""


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """`counted_up_to` is None where it is not known yet: just after a start, or as Kafka is away since. `complete`:
    the figures are not behind, or are of a past that is counted whole. While they are not, say so beside them."""

    counted_up_to: datetime | None
    behind_seconds: float | None
    behind_records: int | None
    complete: bool


class Watermark(msgspec.Struct, frozen=True, kw_only=True):
    """Of a question at `asked_at`. `records` is how many were not counted when that was looked at last. `past`: it is
    about an earlier time or position, up to which all is counted."""

    asked_at: Instant
    counted_up_to: Instant | None
    records: int | None = None
    past: bool = False

    @property
    def until(self) -> datetime:
        """As of which what is due is judged."""
        return self.asked_at if self.counted_up_to is None else min(self.asked_at, self.counted_up_to)

    @property
    def behind(self) -> timedelta | None:
        """How far; None where that is not known."""
        return None if self.counted_up_to is None else max(self.asked_at - self.counted_up_to, timedelta())

    @property
    def complete(self) -> bool:
        """Not behind."""
        return self.past or (self.behind is not None and self.behind <= TOLERATED)

    def told(self, zone: Any) -> dict[str, Any]:
        """The fields of Counted, its time in `zone`."""
        return {
            "counted_up_to": None if self.counted_up_to is None else self.counted_up_to.astimezone(zone),
            "behind_seconds": None if self.behind is None else round(self.behind.total_seconds(), 3),
            "behind_records": self.records,
            "complete": self.complete,
        }
