"""Whether what became of a day's cases can be told yet: whether they are due.

Cells of a day know how long its cases have from their reception to their due time, in a histogram's bins; so which of
them are due for sure is known without looking at any case.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from .cells import Tally
from .durations import RELATIVE_ERROR, bins

TERM = "due"
"""The histogram of the time from reception to the due time."""
MATURE_SHARE = 0.95
"""Of the cases of a span; the last few may have a term of years."""
_DAY = timedelta(days=1)
_MOST_SECONDS = 10_000 * 366 * 86_400.0


def due_share(days: Iterable[tuple[datetime, Tally]], until: datetime) -> float | None:
    """Of cases received in these days (by their beginnings) the share whose due times had passed by `until`, counting
    as if each was received at its day's end and had the longest time of its bin. None of no cases."""
    due = cases = 0
    for begin, tally in days:
        for seconds, count in bins(TERM, tally):
            cases += count
            longest = timedelta(seconds=min(seconds * (1 + RELATIVE_ERROR), _MOST_SECONDS))
            due += count if until - (begin + _DAY) >= longest else 0
    return due / cases if cases else None


def mature(share: float | None) -> bool:
    """Whether so many are due that the span can be compared with others; one without cases can."""
    return share is None or share >= MATURE_SHARE
