"""How long things take: histograms that add up, so that quantiles of any roll-up are those of its cases.

C. Masson, J. E. Rim, H. K. Lee (2019), DDSketch: a fast and fully-mergeable quantile sketch with relative-error
guarantees, PVLDB 12 (12): 2195–2205. Only its mapping is used: a bin is a measure, and cells do the adding.
"""

from collections.abc import Iterable
from datetime import timedelta

from ddsketch import LogarithmicMapping

from .cells import Tally

RELATIVE_ERROR = 0.02
"""Of a quantile, at most; a year has about 430 bins. Another value is another stored form."""
SHORTEST = 1.0
"""Seconds; what is shorter counts as this."""
_mapping = LogarithmicMapping(RELATIVE_ERROR)


def bin_of(histogram: str, length: timedelta) -> str:
    """The measure that a duration counts in."""
    return f"{histogram}:{_mapping.key(max(length.total_seconds(), SHORTEST))}"


def bins(histogram: str, tally: Tally) -> list[tuple[float, int]]:
    """Seconds and count of each bin of a histogram that holds something, the shortest first."""
    begin = f"{histogram}:"
    numbered = ((int(name[len(begin) :]), count) for name, count in tally.items() if name.startswith(begin))
    return [(_mapping.value(number), count) for number, count in sorted(numbered) if count > 0]


def quantile(share: float, binned: Iterable[tuple[float, int]], total: int) -> float:
    """Seconds within which this share of `total` durations came to their end. ValueError where there are none."""
    rank, seen = share * (total - 1), 0
    for seconds, count in binned:
        seen += count
        if seen > rank:
            return seconds
    raise ValueError(f"{total} durations have no {share} quantile among {seen}")
