"""A figure counted again from its cases: what they add up to, how many there are on each side, the first few of each.

It stays small however many cases are counted, and in any order they come to the same.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import get_args

import msgspec

from .cells import add
from .evidence import Behind
from .receipts import Asked, Share, Side, look, share

FIRST = 2_000
"""So many cases of each side are kept, those of the smallest ids: whole sides mostly, and some pages of others."""
SIDES: tuple[Side, ...] = get_args(Side)


class Recount(msgspec.Struct, frozen=True, kw_only=True):
    """Partition → what its cases add up to; and for each side how many there are, and the first of them by id."""

    sums: dict[int, dict[str, int]]
    counts: dict[Side, int]
    first: dict[Side, list[Share]]

    def whole(self, side: Side) -> bool:
        """Whether all cases of the side are among the first."""
        return self.counts[side] == len(self.first[side])


def recount() -> Recount:
    """Of no cases yet."""
    return Recount(sums={}, counts=dict.fromkeys(SIDES, 0), first={side: [] for side in SIDES})


def count(found: Recount, cases: Iterable[Behind], asked: Asked, position: Mapping[int, int]) -> None:
    """Count these cases too, in place. Each case once."""
    last = {side: first[-1].case_id if len(first) == FIRST else None for side, first in found.first.items()}
    for partition, sums, given in _given(cases, asked, position):
        add(found.sums.setdefault(partition, {}), sums)
        if given is not None:
            for side in given.sides:
                found.counts[side] += 1
                if (beyond := last[side]) is None or given.case_id < beyond:
                    found.first[side].append(given)
    for first in found.first.values():
        first.sort(key=lambda one: one.case_id)
        del first[FIRST:]


def shares(cases: Iterable[Behind], asked: Asked, position: Mapping[int, int], side: Side) -> list[Share]:
    """What these cases give, of those on one side."""
    found = (given for _, _, given in _given(cases, asked, position))
    return [one for one in found if one is not None and side in one.sides]


def _given(
    cases: Iterable[Behind], asked: Asked, position: Mapping[int, int]
) -> Iterator[tuple[int, Mapping[str, int], Share | None]]:
    for case in cases:
        found = look(case, asked, position.get(case.partition, 0))
        if found is not None:
            yield case.partition, found.sums, share(found, asked)
