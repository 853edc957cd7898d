"""The catalogue of published figures, as data. A changed definition is a new version; DOMAIN.md has the sources."""

from collections.abc import Mapping, Sequence

from ..measures import Basis
from .counts import COUNTS
from .definition import Definition, Quantiles, Sum
from .handling import HANDLING
from .judging import JUDGING
from .passing import PASSING
from .speed import SPEED

__all__ = [
    "CATALOGUE",
    "THEMES",
    "Definition",
    "Quantiles",
    "Sum",
    "UnknownBasis",
    "UnknownRate",
    "definition",
]

THEMES: Mapping[tuple[str, str], Sequence[Definition]] = {
    ("办理", "Handling"): HANDLING,
    ("流转", "Passing on"): PASSING,
    ("评判", "Judging"): JUDGING,
    ("办理时长", "Speed"): SPEED,
    ("次数", "Counts"): COUNTS,
}
CATALOGUE: Mapping[str, Definition] = {row.id: row for rows in THEMES.values() for row in rows}


class UnknownRate(ValueError):
    """No such figure in the catalogue."""


class UnknownBasis(ValueError):
    """The figure is not defined on this basis."""


def definition(rate: str, basis: str | None) -> tuple[Definition, Basis]:
    """The row and basis asked for; without a basis the row's first. UnknownRate, UnknownBasis."""
    row = CATALOGUE.get(rate)
    if row is None:
        raise UnknownRate(f"there is no rate {rate!r}; GET /v1/definitions lists them")
    if basis is None:
        return row, row.bases[0]
    for known in row.bases:
        if known == basis:
            return row, known
    raise UnknownBasis(f"{row.id} ({row.name}) is not defined on the basis {basis!r}; ask for {' or '.join(row.bases)}")
