"""Ids in slices of about the same number of cases: their digits are a hash's, so they are spread evenly."""

from collections.abc import Iterator
from typing import NamedTuple

SLICE = 1_000
_STEPS = 0x10000


class Ids(NamedTuple):
    """Those after `after`, up to `upto`; without bound where it is None."""

    after: str = ""
    upto: str | None = None


ALL_IDS = Ids()


def slices(after: str, cases: int) -> Iterator[Ids]:
    """All ids after `after`, in order; in slices of some SLICE cases where there are `cases` in all."""
    number = min(max(1, cases // SLICE), _STEPS)
    # an opinion's id comes before a ticket's
    for edge in (f"{kind}-{step * _STEPS // number:04x}" for kind in "ot" for step in range(number)):
        if edge > after:
            yield Ids(after, edge)
            after = edge
    yield Ids(after)
