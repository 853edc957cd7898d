"""What metrics needs from outside, as small protocols."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

import msgspec

from .domain.cells import Line, Sheet, Tally
from .domain.measures import CellBasis
from .domain.periods import Period


class CellsAway(Exception):
    """The store of cells does not answer: wait and ask again."""


class CellQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Sums over a period by `dims` (one of DIMENSION_SETS), of the cells whose values are those of `only`.

    `measures` are those wanted, of durations the histograms; () for all that the basis has.
    """

    basis: CellBasis
    period: Period
    dims: tuple[str, ...]
    only: tuple[tuple[str, str], ...] = ()
    measures: tuple[str, ...] = ()


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """One consistent look: for each query values (in the order of its `dims`) → sums; and up to where they count."""

    sums: Sequence[Mapping[tuple[str, ...], Tally]]
    position: Mapping[int, int]


class CellReader(Protocol):
    """Reads cells and the ledger's positions at one instant."""

    async def read(self, queries: Sequence[CellQuery]) -> Reading:
        """All queries at one instant. CellsAway."""


class CellWrites(Protocol):
    """How changes of cells become a batch's writes."""

    def __call__(self, partition: int, sheets: Mapping[Sheet, Mapping[Line, int]]) -> Mapping[str, Sequence[Any]]:
        """Collection → operations, one for each document."""


class Names(Protocol):
    """Display names of dimension values."""

    def label(self, dimension: str, value: str) -> Mapping[str, str]:
        """{"zh": …, "en": …}; the value itself where it has no name."""


class Doorbell(Protocol):
    """Rings when positions may have moved; says nothing else."""

    @property
    def rings(self) -> int:
        """How often it rang."""

    async def wait(self, heard: int, seconds: float) -> int:
        """The number of rings, once it differs from `heard` or after `seconds`."""


class Clock(Protocol):
    """The present, aware."""

    def __call__(self) -> datetime:
        """Now, with an offset."""
