"""Figures as they were: cells counted again from evidence, at one position of the log. ADR 0015."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime

import msgspec

from .domain.cells import DIMENSIONS, Tally, add
from .domain.evidence import Piece
from .domain.periods import mark
from .domain.rollups import Among
from .ports import CellQuery, EvidenceReader, Kept, Reading

MOST_CASES = 100_000
"""More are not counted again for one question: it would hold up all others."""
AT_ONCE = 200
"""Cases between two breaths of the loop."""
PATIENCE_SECONDS = 5.0
LOOK_SECONDS = 0.05


class EvidenceBehind(Exception):
    """Facts that the cells have are not in the evidence yet: ask again."""


class TooMany(ValueError):
    """More cases than are counted again for one question."""

    def __init__(self) -> None:
        super().__init__(
            f"more than {MOST_CASES} cases are meant, and each has to be read: ask for a shorter period or a department"
        )


class AheadOfTheLog(ValueError):
    """A position that no reader of the log has reached, or a time that is not over."""


class AsOf(msgspec.Struct, frozen=True, kw_only=True):
    """Partition → sequence number, and the time of the question: hours that were not over then are not counted."""

    position: Mapping[int, int]
    now: datetime


class Past:
    """A reader of cells that counts from evidence, up to `position`."""

    def __init__(self, evidence: EvidenceReader, position: Mapping[int, int]) -> None:
        self._evidence = evidence
        self._position = position

    async def read(self, queries: Sequence[CellQuery]) -> Reading:
        """All queries at the position. CellsAway, TooMany."""
        return Reading(sums=[await self._sums(query) for query in queries], position=self._position)

    async def _sums(self, query: CellQuery) -> Mapping[tuple[str, ...], Tally]:
        found: dict[tuple[str, ...], dict[str, int]] = {}
        only = dict(query.only)
        async for kept in whole(self._evidence, query, only):
            seq = self._position.get(kept.partition, 0)
            for piece in kept.evidence.pieces:
                if piece.tally and piece.stood(seq) and _meant(piece, query):
                    values = dict(zip(DIMENSIONS, piece.values, strict=True))
                    if all(wanted.holds(values[name]) for name, wanted in only.items()):
                        there = tuple(values[name] for name in query.dims)
                        there = (mark(piece.bucket), *there) if query.bucketed else there
                        add(found.setdefault(there, {}), piece.tally)
        return found


def _meant(piece: Piece, query: CellQuery) -> bool:
    return piece.basis == query.basis and query.period.holds(piece.bucket)


async def whole(evidence: EvidenceReader, query: CellQuery, only: Mapping[str, Among]) -> AsyncIterator[Kept]:
    """All cases that may matter, with breaths for the loop in between. CellsAway, TooMany."""
    count = 0
    async for kept in evidence.cases(query.basis, query.period, only):
        count += 1
        if count > MOST_CASES:
            raise TooMany
        if count % AT_ONCE == 0:
            await asyncio.sleep(0)
        yield kept


async def caught_up(evidence: EvidenceReader, position: Mapping[int, int]) -> None:
    """Wait until the evidence has all facts up to `position`, for some seconds. EvidenceBehind, CellsAway."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + PATIENCE_SECONDS
    while True:
        reached = await evidence.position()
        if all(reached.get(partition, 0) >= seq for partition, seq in position.items()):
            return
        if loop.time() > deadline:
            raise EvidenceBehind("what stands behind these figures is still being read from the log; ask again")
        await asyncio.sleep(LOOK_SECONDS)


async def as_of_time(evidence: EvidenceReader, at: datetime, now: datetime) -> AsOf:
    """What was on the log before `at`. AheadOfTheLog, CellsAway."""
    if at > now:
        raise AheadOfTheLog("`as_of` lies in the future")
    return AsOf(position=await evidence.position_at(at), now=at)


async def as_of_position(evidence: EvidenceReader, position: Mapping[int, int], now: datetime) -> AsOf:
    """What the log held up to there, asked now. AheadOfTheLog, CellsAway."""
    reached = await evidence.position()
    if any(seq > reached.get(partition, 0) for partition, seq in position.items()):
        raise AheadOfTheLog("`as_of` is ahead of the log")
    return AsOf(position=position, now=now)
