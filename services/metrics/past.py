"""Figures as they were: cells counted again from evidence, at one position of the log. ADR 0015.

Millions of cases may stand behind one question, so they are read in parts, and looked at beside the event loop.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from datetime import datetime
from functools import partial
from typing import TypeVar

import msgspec

from services.contracts.rates import CellBasis

from .domain.cells import DIMENSIONS, Tally, add
from .domain.evidence import Behind, Piece
from .domain.periods import Period, mark
from .domain.rollups import Among, holds
from .domain.slices import ALL_IDS, Ids
from .domain.watermark import Watermark
from .ports import CellQuery, Chunk, EvidenceReader, Reading

T = TypeVar("T")
PATIENCE_SECONDS = 5.0
LOOK_SECONDS = 0.05
_BESIDE = ThreadPoolExecutor(max_workers=1, thread_name_prefix="recount")
"""One thread for all questions, which take turns part by part: a small one does not wait for a large one to end, and
the loop never has more than one other to share its processor with."""


class EvidenceBehind(Exception):
    """Facts that the cells have are not in the evidence yet: ask again."""


class AheadOfTheLog(ValueError):
    """A position that no reader of the log has reached, or a time that is not over."""


class AsOf(msgspec.Struct, frozen=True, kw_only=True):
    """Partition → sequence number, and up to when that counts: hours that were not over then are not counted."""

    position: Mapping[int, int]
    mark: Watermark


class Past:
    """A reader of cells that counts from evidence, up to `position`."""

    def __init__(self, evidence: EvidenceReader, position: Mapping[int, int]) -> None:
        self._evidence = evidence
        self._position = position

    async def read(self, queries: Sequence[CellQuery]) -> Reading:
        """All queries at the position. CellsAway."""
        return Reading(sums=[await self._sums(query) for query in queries], position=self._position)

    async def _sums(self, query: CellQuery) -> Mapping[tuple[str, ...], Tally]:
        found: dict[tuple[str, ...], dict[str, int]] = {}
        look = partial(_summed, query=query, position=self._position)
        async with aclosing(looked(self._evidence, query.basis, query.period, dict(query.only), look)) as parts:
            async for part in parts:
                for values, tally in part.items():
                    add(found.setdefault(values, {}), tally)
        return found


def _summed(
    cases: Iterable[Behind], query: CellQuery, position: Mapping[int, int]
) -> dict[tuple[str, ...], dict[str, int]]:
    found: dict[tuple[str, ...], dict[str, int]] = {}
    only, places = dict(query.only), [DIMENSIONS.index(name) for name in query.dims]
    for case in cases:
        seq = position.get(case.partition, 0)
        for piece in case.pieces:
            if piece.tally and piece.stood(seq) and _meant(piece, query) and holds(only, piece.values):
                there = tuple(piece.values[place] for place in places)
                there = (mark(piece.bucket), *there) if query.bucketed else there
                add(found.setdefault(there, {}), piece.tally)
    return found


def _meant(piece: Piece, query: CellQuery) -> bool:
    return piece.basis == query.basis and query.period.holds(piece.bucket)


async def looked(
    evidence: EvidenceReader,
    basis: CellBasis,
    period: Period,
    only: Mapping[str, Among],
    look: Callable[[Iterable[Behind]], T],
    ids: Ids = ALL_IDS,
) -> AsyncGenerator[T, None]:
    """What `look` makes of all cases that may matter, part by part, beside the loop. CellsAway."""
    loop = asyncio.get_running_loop()
    async with aclosing(_ahead(evidence.chunks(basis, period, only, ids))) as chunks:
        async for chunk in chunks:
            yield await loop.run_in_executor(_BESIDE, _through, look, chunk)


def _through(look: Callable[[Iterable[Behind]], T], chunk: Chunk) -> T:
    return look(chunk())


async def _ahead(source: AsyncGenerator[T, None]) -> AsyncGenerator[T, None]:
    """The same; the store reads the next while one is looked at."""
    async with aclosing(source):
        coming = asyncio.ensure_future(anext(source, None))
        try:
            while (one := await coming) is not None:
                coming = asyncio.ensure_future(anext(source, None))
                yield one
        finally:
            coming.cancel()
            await asyncio.gather(coming, return_exceptions=True)


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


async def as_of_time(
    evidence: EvidenceReader, at: datetime, now: datetime, counted: Callable[[], datetime | None]
) -> AsOf:
    """What was on the log before `at`. `counted` is the time up to which the evidence has all: before it has come to
    `at`, the same question would be answered otherwise a moment later. AheadOfTheLog, EvidenceBehind, CellsAway."""
    if at > now:
        raise AheadOfTheLog("`as_of` lies in the future")
    loop = asyncio.get_running_loop()
    deadline = loop.time() + PATIENCE_SECONDS
    while (upto := counted()) is None or upto < at:
        if loop.time() > deadline:
            said = "is not known yet" if upto is None else f"is {upto.isoformat(timespec='seconds')}"
            raise EvidenceBehind(f"counting is behind: the time up to which the log is read {said}; ask again")
        await asyncio.sleep(LOOK_SECONDS)
    return AsOf(position=await evidence.position_at(at), mark=Watermark(asked_at=at, counted_up_to=at, past=True))


async def as_of_position(evidence: EvidenceReader, position: Mapping[int, int], now: datetime) -> AsOf:
    """What the log held up to there, asked now. AheadOfTheLog, CellsAway."""
    reached = await evidence.position()
    if any(seq > reached.get(partition, 0) for partition, seq in position.items()):
        raise AheadOfTheLog("`as_of` is ahead of the log")
    return AsOf(position=position, mark=Watermark(asked_at=now, counted_up_to=None, past=True))
