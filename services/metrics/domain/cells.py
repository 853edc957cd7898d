"""Cells: sums of measures by basis, bucket and dimensions. A commutative group, so any split of a log gives the same.

A batch is first summed by its full place (all dimensions), then spread over the supported sets of dimensions.
Cells that one event moves together lie on one sheet, so that a store writes few documents: one event touches eleven
cells of a bucket, on four sheets.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import NamedTuple, Self

from services.contracts.cases import Dimensions

NONE = "none"
"""The value of a dimension that a case does not have: no department yet, no category."""
DIMENSIONS = ("channel", "department", "category", "grid", "urgency")
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


class UnsupportedDimensions(ValueError):
    """No cells are kept for this combination; the message lists those that are."""


Values = tuple[str, str, str, str, str]
"""In the order of DIMENSIONS."""


def values_of(dims: Dimensions) -> Values:
    """All that something with `dims` counts under."""
    return dims.channel, dims.department or NONE, dims.category or NONE, dims.grid or NONE, dims.urgency


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


Line = tuple[str | None, str, str]
"""One number of a sheet: the inner dimension (None: the sheet's own cell), its value, the measure."""

# for each set of dimensions: the sheet's dimension, the index of its value, the inner dimension, the index of its value
_SPREAD = [
    (outer, DIMENSIONS.index(outer) if outer in DIMENSIONS else None, inner, DIMENSIONS.index(inner) if inner else None)
    for outer, inner in SHEETS.values()
]
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

    def sheets(self) -> dict[Sheet, dict[Line, int]]:
        """Spread over the supported sets of dimensions; sheets and lines without change are left out."""
        spread: dict[Sheet, dict[Line, int]] = {}
        for place, tally in self._at.items():
            changed = [(measure, count) for measure, count in tally.items() if count]
            if not changed:
                continue
            basis, bucket, values = place
            for outer, index, inner, told in _SPREAD:
                sheet = Sheet(basis, bucket, outer, "" if index is None else values[index])
                lines = spread.get(sheet)
                if lines is None:
                    lines = spread[sheet] = {}
                value = "" if told is None else values[told]
                for measure, count in changed:
                    line = (inner, value, measure)
                    lines[line] = lines.get(line, 0) + count
        left = {sheet: {line: count for line, count in lines.items() if count} for sheet, lines in spread.items()}
        return {sheet: lines for sheet, lines in left.items() if lines}

    def cells(self) -> dict[CellKey, dict[str, int]]:
        """The same cell by cell."""
        found: dict[CellKey, dict[str, int]] = {}
        for sheet, lines in self.sheets().items():
            for (inner, told, measure), count in lines.items():
                dims = _CELLS[sheet.dimension, inner]
                named = {sheet.dimension: sheet.value, inner: told}
                key = CellKey(sheet.basis, sheet.bucket, dims, tuple(named[name] for name in dims))
                found.setdefault(key, {})[measure] = count
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
