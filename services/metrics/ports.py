"""What metrics needs from outside, as small protocols."""

from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

import msgspec

from services.contracts.alerts import AlertChanged, AlertFigure
from services.contracts.rates import CellBasis

from .domain.cells import Cell, Sheet, Tally
from .domain.evidence import About, Behind, Evidence
from .domain.periods import Period
from .domain.rollups import Among, Rollups
from .domain.slices import ALL_IDS, Ids


class CellsAway(Exception):
    """The store of cells, or of what stands behind them, does not answer: wait and ask again."""


class CellQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Sums over a period by `dims` (one of DIMENSION_SETS), of the cells whose values are among those of `only`.

    `measures` are those wanted, of durations the histograms; () for all that the basis has. `bucketed`: each bucket for
    itself, its mark (UTC, to the minute) before the values; with `by_month` a whole month's may stand together, as one
    that begins with the month.
    """

    basis: CellBasis
    period: Period
    dims: tuple[str, ...]
    only: tuple[tuple[str, Among], ...] = ()
    measures: tuple[str, ...] = ()
    bucketed: bool = False
    by_month: bool = False


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """One consistent look: for each query values (in the order of its `dims`, after the bucket where it is bucketed) →
    sums; and up to where they count."""

    sums: Sequence[Mapping[tuple[str, ...], Tally]]
    position: Mapping[int, int]


class CellReader(Protocol):
    """Reads cells and the ledger's positions at one instant."""

    async def read(self, queries: Sequence[CellQuery]) -> Reading:
        """All queries at one instant. CellsAway."""


class Parted(msgspec.Struct, frozen=True, kw_only=True):
    """One consistent look at one query's cells, partition by partition: its sums, and up to where they count."""

    sums: Mapping[int, Tally]
    position: Mapping[int, int]


class PartedReader(CellReader, Protocol):
    """Reads them partition by partition too."""

    async def parted(self, query: CellQuery) -> Parted:
        """The sums over all groups of the query. CellsAway."""


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A case's evidence, and the partition of whose facts it is made."""

    partition: int
    evidence: Evidence


Chunk = Callable[[], Iterable[Behind]]
"""Some cases as the store gave them, readable once it is called: that takes a processor some time."""


class EvidenceReader(Protocol):
    """Reads what stands behind the cells. CellsAway where the store does not answer."""

    async def position(self) -> Mapping[int, int]:
        """Partition → sequence number up to which facts are in it."""

    async def position_at(self, at: datetime) -> Mapping[int, int]:
        """Partition → sequence number of the last fact that was on the log before `at`, a whole second."""

    async def one(self, case_id: str) -> Kept | None:
        """A case's, None where there is no such case."""

    async def about(self, case_ids: Sequence[str]) -> Mapping[str, About]:
        """Of these cases what is known of them."""

    def chunks(
        self, basis: CellBasis, period: Period, only: Mapping[str, Among], ids: Ids = ALL_IDS
    ) -> AsyncGenerator[Chunk, None]:
        """All of these ids that may have a piece there, each once, and others: the caller looks."""


class EvidenceWrites(Protocol):
    """How changed evidence becomes a batch's writes."""

    def __call__(
        self, partition: int, cases: Mapping[str, Evidence], moments: Mapping[datetime, int]
    ) -> Mapping[str, Sequence[Any]]:
        """Collection → operations. `moments`: second → the last fact of it."""


class EvidenceLoads(Protocol):
    """Evidence to go on from."""

    async def load(self, case_ids: Sequence[str]) -> Mapping[str, Evidence]:
        """Those that there are."""


class CellWrites(Protocol):
    """How changes of cells become a batch's writes."""

    def __call__(self, partition: int, sheets: Mapping[Sheet, Mapping[Cell, Tally]]) -> Mapping[str, Sequence[Any]]:
        """Collection → operations, one for each document."""


class KeptAlerts(msgspec.Struct, frozen=True, kw_only=True):
    """Alert → its last change, and of those that stand the figure that was seen last; `untold` are changes that may not
    be on the topic yet. `position` and `at` are of the last judgement, {} and None before the first."""

    changes: Mapping[str, AlertChanged] = {}
    figures: Mapping[str, AlertFigure] = {}
    untold: Sequence[AlertChanged] = ()
    position: Mapping[str, int] = {}
    at: datetime | None = None


class AlertBook(Protocol):
    """Keeps alerts (预警). CellsAway where the store does not answer."""

    async def load(self) -> KeptAlerts:
        """All of them."""

    async def change(self, change: AlertChanged) -> bool:
        """Keep it, not told yet; False where that version of the alert is there already: somebody else judges too."""

    async def told(self, change: AlertChanged) -> None:
        """It is on the topic."""

    async def judged(self, figures: Mapping[str, AlertFigure], position: Mapping[str, int], at: datetime) -> None:
        """What was seen of alerts that stand, and that all rules were judged then, at that position."""


class AlertTopic(Protocol):
    """Where changes of alerts are published."""

    async def publish(self, changes: Sequence[AlertChanged]) -> None:
        """All of them, in order; whatever the client raises where Kafka is away."""


class Names(Protocol):
    """What the directory says of dimensions' values: names, what lies in what, how many live there."""

    def label(self, dimension: str, value: str) -> Mapping[str, str]:
        """{"zh": …, "en": …}; the value itself where it has no name."""

    def rollups(self) -> Rollups:
        """What lies in what, by the directory of now."""

    def inhabitants(self, dimension: str, value: str) -> int | None:
        """How many live there; None where that is not known, or nobody lives in such a thing."""


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
