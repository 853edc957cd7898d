"""Facts to cells: what the batch worker runs. Nothing is loaded, since cells only ever move by differences."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from services.contracts.cases import CaseFact
from services.runtime.batches import Batch, Fold, Incoming, Outgoing

from ..domain.cells import Sums
from ..domain.changed import Moved
from ..domain.months import with_months
from ..domain.units import moves
from ..ports import CellWrites

Marked = Callable[[int, int, Moved], None]
"""Partition, number of the batch, what it changes."""


def unmarked(partition: int, number: int, moved: Moved) -> None:
    """Where nobody is told."""


class CellFold:
    """One partition's batch: sums in memory, so that each sheet is written once."""

    def __init__(self, batch: Batch, zone: ZoneInfo, writes: CellWrites, marked: Marked) -> None:
        self.next_seq = batch.next_seq
        self.directory_version = 0
        self._partition = batch.partition
        self._number = batch.number
        self._zone = zone
        self._writes = writes
        self._marked = marked
        self._sums = Sums()

    @property
    def documents(self) -> int:
        """Sheets touched so far: the runtime cuts the batch in time."""
        return self._sums.size

    def left(self, loaded: None) -> None:
        """Nothing is loaded."""

    def apply(self, record: Incoming) -> Sequence[Outgoing]:
        """Count one fact. ValueError where the record is none."""
        fact = record.event.data if record.event else None
        if not isinstance(fact, CaseFact):
            raise ValueError(f"{record.topic} carries facts; this is {type(fact).__name__}")
        self._sums.add(list(moves(fact, self._zone)))
        return ()

    def writes(self) -> Mapping[str, Sequence[Any]]:
        """The changed sheets, and those of their months."""
        sheets = self._sums.sheets()
        self._marked(self._partition, self._number, sheets)
        return self._writes(self._partition, with_months(sheets, self._zone))


class FactReader:
    """The worker's reader. `marked` is told what a batch changes, before it is committed; the batch before it may
    still be on its way then."""

    def __init__(self, zone: ZoneInfo, writes: CellWrites, marked: Marked) -> None:
        self._zone = zone
        self._writes = writes
        self._marked = marked

    async def load(self, batches: Sequence[Batch]) -> Mapping[int, Fold]:
        """A fold for each partition."""
        return {batch.partition: CellFold(batch, self._zone, self._writes, self._marked) for batch in batches}
