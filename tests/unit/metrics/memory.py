"""Fakes of metrics' ports: cells and evidence in memory, a bell rung by hand."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial

from services.contracts.alerts import AlertChanged, AlertFigure
from services.contracts.cases import CaseFact
from services.contracts.rates import CellBasis
from services.metrics.domain.cells import Sums, Tally, add
from services.metrics.domain.evidence import About, Behind, Evidence, after
from services.metrics.domain.periods import Period, mark
from services.metrics.domain.rollups import Among, Rollups
from services.metrics.domain.slices import ALL_IDS, Ids
from services.metrics.domain.units import moves
from services.metrics.domain.watermark import Watermark
from services.metrics.ports import CellQuery, CellsAway, Chunk, Kept, KeptAlerts, Parted, Reading
from services.runtime.problems import unavailable
from services.runtime.sessions import Session

from .test_worked_example import SHANGHAI


def counted(at: datetime) -> Watermark:
    """Of a question then, when all is counted."""
    return Watermark(asked_at=at, counted_up_to=at, records=0)


class MemoryCells:
    """Answers from facts, as the store would."""

    def __init__(self, facts: Sequence[CaseFact] = ()) -> None:
        self.facts = list(facts)
        self.away = False
        self.reads = 0

    async def read(self, queries: Sequence[CellQuery]) -> Reading:
        self.reads += 1
        if self.away:
            raise CellsAway("MongoDB does not answer")
        sums = Sums()
        for fact in self.facts:
            sums.add(list(moves(fact, SHANGHAI)))
        position = {0: len(self.facts), 1: 0}
        return Reading(sums=[self._sum(query, sums) for query in queries], position=position)

    async def parted(self, query: CellQuery) -> Parted:
        reading = await self.read([query])
        sums: dict[str, int] = {}
        for tally in reading.sums[0].values():
            add(sums, tally)
        return Parted(sums={0: sums, 1: {}}, position=reading.position)

    @staticmethod
    def _sum(query: CellQuery, sums: Sums) -> dict[tuple[str, ...], Tally]:
        found: dict[tuple[str, ...], dict[str, int]] = {}
        for key, tally in sums.cells().items():
            begin, end = query.period.begin, query.period.end
            outside = (begin is not None and key.bucket < begin) or (end is not None and key.bucket >= end)
            values = dict(zip(key.dims, key.values, strict=True))
            if (key.basis, key.dims) != (query.basis, query.dims) or outside:
                continue
            if not all(wanted.holds(values[name]) for name, wanted in query.only):
                continue
            there = found.setdefault((mark(key.bucket), *key.values) if query.bucketed else key.values, {})
            for measure, count in tally.items():
                if not query.measures or _histogram_or_self(measure) in query.measures:
                    there[measure] = there.get(measure, 0) + count
        return dict(found)


def _histogram_or_self(measure: str) -> str:
    head, _, number = measure.rpartition(":")
    return head if number.isdecimal() else measure


class MemoryEvidence:
    """Of facts of partition 0, the first at `began`, each a second after the one before."""

    def __init__(self, facts: Sequence[CaseFact] = (), began: datetime = datetime(2026, 4, 1, tzinfo=UTC)) -> None:
        self.away = False
        self.looks = 0
        self.began = began
        self.take(facts)

    def take(self, facts: Sequence[CaseFact]) -> None:
        self.reached = len(facts)
        self.kept: dict[str, Evidence] = {}
        for fact in facts:
            if (evidence := after(self.kept.get(fact.case_id), fact, SHANGHAI)) is not None:
                self.kept[fact.case_id] = evidence

    async def position(self) -> Mapping[int, int]:
        if self.away:
            raise CellsAway("MongoDB does not answer")
        return {0: self.reached, 1: 0}

    async def position_at(self, at: datetime) -> Mapping[int, int]:
        before = int((at - self.began).total_seconds())
        return {0: min(max(before, 0), self.reached), 1: 0}

    async def one(self, case_id: str) -> Kept | None:
        if self.away:
            raise CellsAway("MongoDB does not answer")
        found = self.kept.get(case_id)
        return Kept(partition=0, evidence=found) if found else None

    async def about(self, case_ids: Sequence[str]) -> Mapping[str, About]:
        found = {case_id: self.kept[case_id].about for case_id in case_ids if case_id in self.kept}
        return {case_id: about for case_id, about in found.items() if about is not None}

    async def chunks(
        self, basis: CellBasis, period: Period, only: Mapping[str, Among], ids: Ids = ALL_IDS
    ) -> AsyncGenerator[Chunk, None]:
        for case_id, one in self.kept.items():
            if ids.after < case_id and (ids.upto is None or case_id <= ids.upto):
                self.looks += 1
                yield partial(iter, [Behind(case_id=case_id, partition=0, pieces=one.pieces)])


class MemoryAlerts:
    """A book of alerts; `published` is what went to the topic, unless Kafka is `away`."""

    def __init__(self) -> None:
        self.away = False
        self.published: list[AlertChanged] = []
        self._changes: dict[str, AlertChanged] = {}
        self._seen: dict[str, AlertFigure] = {}
        self._told: dict[str, int] = {}
        self._judged: tuple[Mapping[str, int], datetime | None] = {}, None

    async def load(self) -> KeptAlerts:
        standing = {name for name, one in self._changes.items() if one.state == "raised"}
        return KeptAlerts(
            changes=dict(self._changes),
            figures={name: figure for name, figure in self._seen.items() if name in standing},
            untold=[one for name, one in self._changes.items() if self._told[name] < one.version],
            position=self._judged[0],
            at=self._judged[1],
        )

    async def change(self, change: AlertChanged) -> bool:
        before = self._changes.get(change.id)
        if (before.version if before else 0) != change.version - 1:
            return False
        self._changes[change.id], self._seen[change.id] = change, change.figure
        self._told.setdefault(change.id, 0)
        return True

    async def told(self, change: AlertChanged) -> None:
        self._told[change.id] = change.version if self._changes[change.id].version == change.version else 0

    async def judged(self, figures: Mapping[str, AlertFigure], position: Mapping[str, int], at: datetime) -> None:
        self._seen |= figures
        self._judged = dict(position), at

    async def publish(self, changes: Sequence[AlertChanged]) -> None:
        if self.away:
            raise ConnectionError("Kafka is away")
        self.published += changes


class HandBell:
    """Rings when told."""

    def __init__(self) -> None:
        self.rings = 0
        self._rung = asyncio.Event()

    def ring(self) -> None:
        self.rings += 1
        self._rung.set()

    async def wait(self, heard: int, seconds: float) -> int:
        if self.rings == heard:
            self._rung.clear()
            try:
                async with asyncio.timeout(min(seconds, 0.01)):
                    await self._rung.wait()
            except TimeoutError:
                pass
        return self.rings


class PlainNames:
    """Every value is its own name."""

    def label(self, dimension: str, value: str) -> Mapping[str, str]:
        return {"zh": f"{dimension}:{value}", "en": value}

    def rollups(self) -> Rollups:
        return Rollups()

    def inhabitants(self, dimension: str, value: str) -> int | None:
        return None


class MemorySessions:
    """Sign-ins, as all instances see them."""

    def __init__(self) -> None:
        self.rows: dict[str, Session] = {}
        self.away = False
        self.looks = 0

    async def keep(self, session: Session, most: int) -> None:
        self._answers()
        self.rows[session.id] = session
        mine = [one for one in self.rows.values() if one.key == session.key]
        for old in sorted(mine, key=lambda one: one.made_at, reverse=True)[most:]:
            del self.rows[old.id]

    async def one(self, session_id: str, now: datetime) -> Session | None:
        self.looks += 1
        self._answers()
        found = self.rows.get(session_id)
        return found if found is not None and found.expires_at > now else None

    async def end(self, session_id: str) -> None:
        self._answers()
        self.rows.pop(session_id, None)

    async def end_all(self, key: str) -> None:
        self._answers()
        self.rows = {name: one for name, one in self.rows.items() if one.key != key}

    def _answers(self) -> None:
        if self.away:
            raise unavailable("MongoDB does not answer")
