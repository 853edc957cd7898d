"""Fakes of metrics' ports: cells in memory, a bell rung by hand."""

import asyncio
from collections.abc import Mapping, Sequence

from services.contracts.cases import CaseFact
from services.metrics.domain.cells import Sums, Tally
from services.metrics.domain.units import moves
from services.metrics.ports import CellQuery, CellsAway, Reading

from .test_worked_example import SHANGHAI


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

    @staticmethod
    def _sum(query: CellQuery, sums: Sums) -> dict[tuple[str, ...], Tally]:
        found: dict[tuple[str, ...], dict[str, int]] = {}
        for key, tally in sums.cells().items():
            begin, end = query.period.begin, query.period.end
            outside = (begin is not None and key.bucket < begin) or (end is not None and key.bucket >= end)
            values = dict(zip(key.dims, key.values, strict=True))
            if (key.basis, key.dims) != (query.basis, query.dims) or outside:
                continue
            if any(values[name] != value for name, value in query.only):
                continue
            there = found.setdefault(key.values, {})
            for measure, count in tally.items():
                if not query.measures or _histogram_or_self(measure) in query.measures:
                    there[measure] = there.get(measure, 0) + count
        return dict(found)


def _histogram_or_self(measure: str) -> str:
    head, _, number = measure.rpartition(":")
    return head if number.isdecimal() else measure


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
