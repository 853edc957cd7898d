"""The catalogue of published figures, as data. A changed definition is a new version; DOMAIN.md has the sources."""

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from ..measures import MEASURES, Basis
from .counts import COUNTS
from .definition import Definition, Quantiles, Sum
from .handling import HANDLING, HANDLING_BEFORE
from .judging import JUDGING
from .overdue import OVERDUE
from .passing import PASSING
from .speed import SPEED

__all__ = [
    "CATALOGUE",
    "EARLIER",
    "THEMES",
    "Definition",
    "Quantiles",
    "Sum",
    "UnknownBasis",
    "UnknownRate",
    "UnknownVersion",
    "definition",
]

THEMES: Mapping[tuple[str, str], Sequence[Definition]] = {
    ("办理", "Handling"): HANDLING,
    ("超期", "Overdue"): OVERDUE,
    ("流转", "Passing on"): PASSING,
    ("评判", "Judging"): JUDGING,
    ("办理时长", "Speed"): SPEED,
    ("次数", "Counts"): COUNTS,
}
CATALOGUE: Mapping[str, Definition] = {row.id: row for rows in THEMES.values() for row in rows}
EARLIER: Sequence[Definition] = HANDLING_BEFORE
"""Rows that were replaced, as they were: a figure can still be computed under them."""


class UnknownRate(ValueError):
    """No such figure in the catalogue."""


class UnknownBasis(ValueError):
    """The figure is not defined on this basis."""


class UnknownVersion(ValueError):
    """The figure has no definition of that version; `known` are those that it has."""

    def __init__(self, row: Definition, version: int, known: Sequence[int]) -> None:
        said = ", ".join(map(str, known))
        super().__init__(f"{row.id} ({row.name}) has no definition {version}; it has {said}")
        self.known = known


def _covered(row: Definition, basis: Basis) -> Definition:
    """The row; without its coverage where the basis does not hold what that is of."""
    there = row.coverage is None or set(row.coverage) <= set(MEASURES[row.cells(basis)])
    return row if there else replace(row, coverage=None)


def definition(rate: str, basis: str | None, version: int | None = None) -> tuple[Definition, Basis]:
    """The row and basis asked for, the row of that version where one is named; without a basis the row's first.
    UnknownRate, UnknownBasis, UnknownVersion."""
    row = CATALOGUE.get(rate)
    if row is None:
        raise UnknownRate(f"there is no rate {rate!r}; GET /v1/definitions lists them")
    if version is not None and version != row.version:
        rows = {one.version: one for one in (*EARLIER, row) if one.id == rate}
        if version not in rows:
            raise UnknownVersion(row, version, sorted(rows))
        row = rows[version]
    for known in row.bases:
        if basis is None or known == basis:
            return _covered(row, known), known
    raise UnknownBasis(f"{row.id} ({row.name}) is not defined on the basis {basis!r}; ask for {' or '.join(row.bases)}")
