"""Figures counted again, kept for a while: pages of one receipt, its sides and those who ask together share a count."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from functools import partial

import msgspec

from .domain.receipts import Asked, Share, Side
from .domain.recounts import Recount, count, recount, shares
from .domain.slices import ALL_IDS, Ids, slices
from .past import looked
from .ports import EvidenceReader

MOST_KEPT = 16
"""Some megabytes: each has at most a few thousand cases."""
KEPT_SECONDS = 600.0
"""A position says what was counted, but for dead letters that are replayed later."""


class Recounts:
    """Counts what stands in `evidence`, each question at one position once."""

    def __init__(self, evidence: EvidenceReader) -> None:
        self._evidence = evidence
        self._kept: OrderedDict[bytes, tuple[float, asyncio.Task[Recount]]] = OrderedDict()

    async def of(self, asked: Asked, position: Mapping[int, int], believed: Callable[[Recount], bool]) -> Recount:
        """All cases counted at the position. One that was kept is counted anew if it is not believed. CellsAway."""
        key, now = msgspec.json.encode((asked, sorted(position.items()))), asyncio.get_running_loop().time()
        began, task = self._kept.get(key, (now, None))
        if task is not None and now - began < KEPT_SECONDS:
            self._kept.move_to_end(key)
            found = await asyncio.shield(task)
            if believed(found):
                return found
        task = asyncio.ensure_future(self._count(asked, position))
        task.add_done_callback(partial(self._forget_failed, key))
        self._kept[key] = now, task
        self._kept.move_to_end(key)
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        # who leaves must not take the others' count along
        return await asyncio.shield(task)

    async def page(
        self, found: Recount, asked: Asked, position: Mapping[int, int], side: Side, after: str, limit: int
    ) -> list[Share]:
        """Cases of one side in the order of their ids, those after `after`, `limit` at most. CellsAway."""
        kept = [one for one in found.first[side] if one.case_id > after][:limit]
        if len(kept) == limit or found.whole(side):
            return kept
        kept = []
        for ids in slices(after, sum(found.counts.values())):
            async with aclosing(self.shares(asked, position, side, ids)) as parts:
                kept += sorted([one async for part in parts for one in part], key=lambda one: one.case_id)
            if len(kept) >= limit:
                break
        return kept[:limit]

    def shares(
        self, asked: Asked, position: Mapping[int, int], side: Side, ids: Ids = ALL_IDS
    ) -> AsyncGenerator[list[Share], None]:
        """What all cases of one side give, in parts, as they are found. CellsAway."""
        look = partial(shares, asked=asked, position=position, side=side)
        return looked(self._evidence, asked.row.cells(asked.basis), asked.period, asked.only, look, ids)

    async def _count(self, asked: Asked, position: Mapping[int, int]) -> Recount:
        found = recount()
        look = partial(count, found, asked=asked, position=position)
        async for _ in looked(self._evidence, asked.row.cells(asked.basis), asked.period, asked.only, look):
            pass
        return found

    def _forget_failed(self, key: bytes, task: asyncio.Task[Recount]) -> None:
        # asking for the error says that it was seen, should nobody wait for it any more
        if (task.cancelled() or task.exception() is not None) and self._kept.get(key, (0.0, None))[1] is task:
            del self._kept[key]
