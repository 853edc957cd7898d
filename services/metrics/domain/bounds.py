"""The times and numbers that figures can hold, and what lies beyond them: whatever a record says, counting goes on.

The doors refuse such values now; a log may have them from before. They count at the edge, where nobody asks for them.
"""

from datetime import UTC, datetime

EARLIEST = datetime(1948, 1, 1, tzinfo=UTC)
"""Zones have offsets of whole minutes by then, and nothing is received before 1949."""
LATEST = datetime(9998, 1, 1, tzinfo=UTC)
"""A year from the end of the calendar, so that every zone's day, week, month and year around a time has its edges."""
MOST_OF_ONE_CASE = 1_000_000
"""So often at most a case counts for one thing: sums of cells stay far from the 64 bits that MongoDB has."""
LONGEST_VALUE = 200
"""Characters of a dimension's value; what comes after them is cut off."""


def bounded(at: datetime) -> datetime:
    """The same time, or the nearest that figures can hold."""
    if EARLIEST <= at <= LATEST:
        return at
    return EARLIEST if at < EARLIEST else LATEST


def times(count: int) -> int:
    """The same number, or the nearest that a case can count for."""
    return min(max(count, 0), MOST_OF_ONE_CASE)


def value(said: str | None, otherwise: str) -> str:
    """What something counts under; `otherwise` where nothing was said."""
    return (said or otherwise)[:LONGEST_VALUE]
