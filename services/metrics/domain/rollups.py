"""Dimensions that are made of others by the directory of now: a community of its grids, a category's upper levels.

Cells know only what a case said; where a grid lies and what a category belongs to is looked up when it is asked.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec

from .cells import DIMENSIONS, NONE, Tally, Values, add

LEVELS = 2
"""Upper levels of categories: `category_1` is the first, `category_2` the one below it."""
ROLLED: Mapping[str, str] = {
    "community": "grid",
    "street": "grid",
    **{f"category_{level}": "category" for level in range(1, LEVELS + 1)},
}
"""Each with the dimension that it is made of."""
ALL = (*DIMENSIONS, *ROLLED)


class Among(NamedTuple):
    """These values of a dimension, or all but these."""

    values: tuple[str, ...]
    outside: bool = False

    def holds(self, value: str) -> bool:
        """Whether it is meant."""
        return (value in self.values) is not self.outside

    def and_(self, other: "Among") -> "Among":
        """What both mean."""
        if self.outside and other.outside:
            return Among((*self.values, *other.values), outside=True)
        kept, by = (other, self) if self.outside else (self, other)
        return Among(tuple(value for value in kept.values if by.holds(value)))


def holds(only: Mapping[str, Among], values: Values) -> bool:
    """Whether each dimension in `only` has a value that is meant."""
    return all(meant.holds(values[DIMENSIONS.index(name)]) for name, meant in only.items())


class Rollups(msgspec.Struct, frozen=True, kw_only=True):
    """For each rolled dimension: value of its base → its own. A value that is not there has none."""

    of: Mapping[str, Mapping[str, str]] = {}

    def up(self, name: str, value: str) -> str:
        """What a base's value is in the dimension `name`; the value itself where `name` is no rolled one."""
        return value if name not in ROLLED else self.of.get(name, {}).get(value, NONE)

    def down(self, name: str, value: str) -> Among:
        """The base's values that are meant by one of `name`: just those of which `up` says it."""
        if name not in ROLLED:
            return Among((value,))
        there = self.of.get(name, {})
        if value == NONE:
            return Among(tuple(below for below, above in there.items() if above != NONE), outside=True)
        return Among(tuple(below for below, above in there.items() if above == value))


def base(name: str) -> str:
    """The dimension that cells are kept by."""
    return ROLLED.get(name, name)


def regrouped(
    sums: Mapping[tuple[str, ...], Tally], dims: Sequence[str], group_by: Sequence[str], rollups: Rollups
) -> dict[tuple[str, ...], dict[str, int]]:
    """Sums by values of `dims`, added up by those of `group_by`. Where both are the same, nothing is added."""
    if tuple(dims) == tuple(group_by):
        return {values: dict(tally) for values, tally in sums.items()}
    places = [dims.index(base(name)) for name in group_by]
    found: dict[tuple[str, ...], dict[str, int]] = {}
    for values, tally in sums.items():
        group = tuple(rollups.up(name, values[place]) for name, place in zip(group_by, places, strict=True))
        add(found.setdefault(group, {}), tally)
    return found


def levels(parents: Mapping[str, str | None]) -> Iterator[tuple[str, Mapping[str, str]]]:
    """`category_1` and so on from code → parent. A category that is above a level stands there for itself."""
    chains = {code: _chain(code, parents) for code in parents}
    for level in range(1, LEVELS + 1):
        yield f"category_{level}", {code: chain[min(level, len(chain)) - 1] for code, chain in chains.items()}


def _chain(code: str, parents: Mapping[str, str | None]) -> list[str]:
    """From the first level down to it."""
    chain: list[str] = [code]
    while (above := parents.get(chain[0])) is not None and above in parents and above not in chain:
        chain.insert(0, above)
    return chain
