"""Cells: sums of measures by basis, bucket and dimensions. A commutative group, so any split of a log gives the same.

A batch is first summed by its full place (all dimensions), then spread over the supported sets of dimensions.
Cells that one event moves together lie on one sheet, so that a store writes few documents: one event touches eleven
cells of a bucket, on four sheets.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import NamedTuple, Self

from services.contracts.cases import Dimensions

from .bounds import value

NONE = "none"
"""The value of a dimension that a case does not have: no department yet, no category."""
DIMENSIONS = ("channel", "department", "category", "grid", "urgency")
DEPARTMENT = DIMENSIONS.index("department")
"""Where values have it."""
DIMENSION_SETS: tuple[tuple[str, ...], ...] = (
    (),
    ("channel",),
    ("department",),
    ("category",),
    ("grid",),
    ("urgency",),
    ("channel", "department"),
    ("channel", "category"),
    ("department", "category"),
    ("department", "urgency"),
    ("category", "grid"),
)

SHEETS: Mapping[tuple[str, ...], tuple[str, str | None]] = {
    (): ("total", None),
    ("channel",): ("channel", None),
    ("department",): ("department", None),
    ("category",): ("total", "category"),
    ("grid",): ("grid", None),
    ("urgency",): ("total", "urgency"),
    ("channel", "department"): ("department", "channel"),
    ("channel", "category"): ("channel", "category"),
    ("department", "category"): ("department", "category"),
    ("department", "urgency"): ("department", "urgency"),
    ("category", "grid"): ("grid", "category"),
}
"""Where cells of a set lie: the sheet's own dimension (`total`: none), and the one that tells the cells on it apart."""

Tally = Mapping[str, int]


def add(sums: dict[str, int], tally: Tally) -> None:
    """Add measures, in place."""
    for measure, count in tally.items():
        sums[measure] = sums.get(measure, 0) + count


def nonzero(sums: dict[str, int]) -> dict[str, int]:
    """The measures that have come to something."""
    return sums if all(sums.values()) else {measure: count for measure, count in sums.items() if count}


class UnsupportedDimensions(ValueError):
    """No cells are kept for this combination; the message lists those that are."""


Values = tuple[str, str, str, str, str]
"""In the order of DIMENSIONS."""


def values_of(dims: Dimensions) -> Values:
    """All that something with `dims` counts under."""
    return (
        value(dims.channel, NONE),
        value(dims.department, NONE),
        value(dims.category, NONE),
        value(dims.grid, NONE),
        dims.urgency,
    )


class Place(NamedTuple):
    """Where something counts, with all its dimensions. `bucket` is the UTC instant at which it begins."""

    basis: str
    bucket: datetime
    values: Values

    @classmethod
    def of(cls, basis: str, bucket: datetime, dims: Dimensions) -> Self:
        """The place of something with `dims`."""
        return cls(basis, bucket, values_of(dims))


class CellKey(NamedTuple):
    """One cell of one partition; `values` are in the order of `dims`, one of DIMENSION_SETS."""

    basis: str
    bucket: datetime
    dims: tuple[str, ...]
    values: tuple[str, ...]


class Sheet(NamedTuple):
    """The cells of one basis and bucket that have one value of `dimension` in common; on `total` it is empty."""

    basis: str
    bucket: datetime
    dimension: str
    value: str


Cell = tuple[str | None, str]
"""On its sheet: the inner dimension and its value."""
ITSELF: Cell = (None, "")
"""The sheet's own cell."""


def _index(dimension: str | None) -> int | None:
    return DIMENSIONS.index(dimension) if dimension in DIMENSIONS else None


_SPREAD = [
    (outer, _index(outer), [(inner, _index(inner)) for other, inner in SHEETS.values() if other == outer])
    for outer in dict(SHEETS.values())
]
"""Each sheet that a place touches: its dimension and the index of its value; and the same of the cells on it."""
_CELLS = {lies: dims for dims, lies in SHEETS.items()}


class Sums:
    """Sums by place. Two of them add up in any order; what sums to zero is not there."""

    def __init__(self) -> None:
        self._at: dict[Place, dict[str, int]] = {}
        self._sheets: set[Sheet] = set()

    @property
    def size(self) -> int:
        """How many sheets are touched, at most."""
        return len(self._sheets)

    def add(self, moves: Iterable[tuple[Place, Tally]]) -> None:
        """Add measures at places, in place."""
        for place, tally in moves:
            there = self._at.get(place)
            if there is None:
                there = self._at[place] = {}
                self._sheets.update(_sheets_of(place))
            add(there, tally)

    def sheets(self) -> dict[Sheet, dict[Cell, dict[str, int]]]:
        """Spread over the supported sets of dimensions; what has not changed is left out."""
        spread: dict[Sheet, dict[Cell, dict[str, int]]] = {}
        for place, tally in self._at.items():
            changed = nonzero(tally)
            if not changed:
                continue
            basis, bucket, values = place
            for outer, index, inside in _SPREAD:
                sheet = Sheet(basis, bucket, outer, "" if index is None else values[index])
                cells = spread.get(sheet)
                if cells is None:
                    cells = spread[sheet] = {}
                for inner, told in inside:
                    cell = (inner, "" if told is None else values[told])
                    sums = cells.get(cell)
                    if sums is None:
                        cells[cell] = changed.copy()
                    else:
                        add(sums, changed)
        left = (
            (sheet, {cell: kept for cell, sums in cells.items() if (kept := nonzero(sums))})
            for sheet, cells in spread.items()
        )
        return {sheet: cells for sheet, cells in left if cells}

    def cells(self) -> dict[CellKey, dict[str, int]]:
        """The same cell by cell."""
        found: dict[CellKey, dict[str, int]] = {}
        for sheet, cells in self.sheets().items():
            for (inner, told), sums in cells.items():
                dims = _CELLS[sheet.dimension, inner]
                named = {sheet.dimension: sheet.value, inner: told}
                found[CellKey(sheet.basis, sheet.bucket, dims, tuple(named[name] for name in dims))] = sums
        return found


def _sheets_of(place: Place) -> Iterator[Sheet]:
    yield Sheet(place.basis, place.bucket, "total", "")
    yield Sheet(place.basis, place.bucket, "channel", place.values[0])
    yield Sheet(place.basis, place.bucket, "department", place.values[1])
    yield Sheet(place.basis, place.bucket, "grid", place.values[3])


def dimension_set(names: Iterable[str]) -> tuple[str, ...]:
    """The supported set of these dimensions, in our order. UnsupportedDimensions where no cells are kept for it."""
    wanted = set(names)
    found = tuple(name for name in DIMENSIONS if name in wanted)
    if len(found) != len(wanted) or found not in DIMENSION_SETS:
        raise UnsupportedDimensions(
            f"no figures are kept by {' × '.join(sorted(wanted))}; ask for one of {', '.join(supported()[1:])}, or none"
        )
    return found


def supported() -> list[str]:
    """The supported sets as a person writes them in group_by; the first is the total."""
    return [",".join(dims) for dims in DIMENSION_SETS]
