"""Facts to evidence: what the second reader of `cases` runs."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from services.contracts.cases import CaseFact
from services.runtime.batches import Batch, Fold, Incoming, Outgoing

from ..domain.evidence import Evidence, after
from ..ports import EvidenceLoads, EvidenceWrites


class EvidenceFold:
    """One partition's batch: its cases in memory, each written once."""

    def __init__(self, batch: Batch, known: Mapping[str, Evidence], zone: ZoneInfo, writes: EvidenceWrites) -> None:
        self.next_seq = batch.next_seq
        self.directory_version = 0
        self._partition = batch.partition
        self._known = known
        self._zone = zone
        self._writes = writes
        self._changed: dict[str, Evidence] = {}
        self._moments: dict[datetime, int] = {}

    @property
    def documents(self) -> int:
        """Cases changed so far."""
        return len(self._changed)

    def apply(self, record: Incoming) -> Sequence[Outgoing]:
        """Take one fact in. ValueError where the record is none."""
        fact = record.event.data if record.event else None
        if not isinstance(fact, CaseFact):
            raise ValueError(f"{record.topic} carries facts; this is {type(fact).__name__}")
        kept = self._changed.get(fact.case_id, self._known.get(fact.case_id))
        told = after(kept, fact, self._zone)
        if told is not None and told is not kept:
            self._changed[fact.case_id] = told
        if not record.replayed:
            self._moments[record.timestamp.replace(microsecond=0)] = fact.seq
        return ()

    def left(self, known: Mapping[str, Evidence]) -> Mapping[str, Evidence]:
        """Cases as this batch leaves them."""
        return {**known, **self._changed}

    def writes(self) -> Mapping[str, Sequence[Any]]:
        """The changed cases."""
        return self._writes(self._partition, self._changed, self._moments)


class CaseReader:
    """The worker's reader."""

    def __init__(self, store: EvidenceLoads, zone: ZoneInfo, writes: EvidenceWrites) -> None:
        self._store = store
        self._zone = zone
        self._writes = writes

    async def load(self, batches: Sequence[Batch]) -> Mapping[int, Fold]:
        """The cases of all partitions at once."""
        known = await self._store.load(list({record.key for batch in batches for record in batch.records}))
        return {
            batch.partition: EvidenceFold(batch, batch.as_left(known), self._zone, self._writes) for batch in batches
        }
