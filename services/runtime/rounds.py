"""A round: of each partition the next records, folded on from where all that was folded before leads."""

import asyncio
import time
from itertools import islice

from .apart import Attempts
from .batches import Batch, Reader
from .failpoints import Failpoints
from .folding import Folded, Read, fold_batch
from .instruments import Instruments
from .ledger import Ledger
from .ownership import Owned, Ownership
from .pace import Pace

ROUND_RECORDS = 2_500
"""Records of one partition in one round."""
FOLD_SECONDS = 1.0
"""At most for a round: what has come meanwhile waits."""
BACKLOG_RECORDS = 1_000
"""So many wait at least where a batch is folded before the one before it is committed. Fewer wait for what comes until
then: it would wait for two transactions otherwise."""
Round = dict[int, tuple[Owned, Folded]]
"""By partition; committed in one transaction."""
NONE: Round = {}


class Rounds:
    """One worker's."""

    def __init__(
        self,
        *,
        service: str,
        reader: Reader,
        ledger: Ledger,
        ownership: Ownership,
        pace: Pace,
        instruments: Instruments,
        failpoints: Failpoints,
        sequence_topic: str | None,
    ) -> None:
        self._service = service
        self._reader = reader
        self._ledger = ledger
        self._ownership = ownership
        self._pace = pace
        self._seconds = instruments.seconds
        self._before_each = failpoints.handle
        self._sequence_topic = sequence_topic
        self._turn = 0
        self.attempts = Attempts()

    async def fold(self, before: Round = NONE) -> Round:
        """The next of what was fetched; `before` is what may not be committed yet. Gap, and the store's errors."""
        under_way = self.mine(before)
        ready = self._next()
        if not ready:
            return {}
        share = max(1, self._pace.documents // len(ready))
        with self._seconds.labels("load").time():
            offered = {
                number: list(islice(owned.fetched, min(ROUND_RECORDS, share))) for number, owned in ready.items()
            }
            for number in [number for number, owned in ready.items() if owned.apart.left]:
                piece = await self._piece(number, ready[number])
                if piece is None:
                    return {}
                offered[number] = piece
            folds = await self._reader.load(
                [
                    Batch(
                        partition=number,
                        number=ready[number].head.batch + 1,
                        records=[item.incoming for item in items if item.incoming is not None],
                        next_seq=ready[number].head.next_seq,
                        before=under_way[number][1].fold if number in under_way else None,
                    )
                    for number, items in offered.items()
                ]
            )
            replays = [item.replay_of for items in offered.values() for item in items if item.replay_of]
            aside = await self._aside(replays, under_way) if replays else set[str]()
        with self._seconds.labels("fold").time():
            folded: Round = {}
            for number, owned in ready.items():
                batch = await fold_batch(
                    self._service,
                    owned.head,
                    offered[number],
                    folds[number],
                    sequence_topic=self._sequence_topic,
                    until=time.monotonic() + FOLD_SECONDS / len(ready),
                    max_documents=share,
                    aside=aside,
                    before_each=self._before_each,
                )
                owned.fold(batch)
                folded[number] = owned, batch
                await asyncio.sleep(0)
        return folded

    def _next(self) -> dict[int, Owned]:
        """The partitions of this round: all, or, while some are handled apart, one of those and all others in turns, so
        that what ends badly ends nothing else."""
        ready = {number: owned for number, owned in self._ownership.owned.items() if owned.fetched}
        apart = [number for number, owned in ready.items() if owned.apart.left]
        if not apart:
            return ready
        self._turn += 1
        chosen = self._turn % (len(apart) + 1)
        others = {number: owned for number, owned in ready.items() if number not in apart}
        if chosen < len(apart) or not others:
            number = apart[chosen % len(apart)]
            return {number: ready[number]}
        return others

    async def _piece(self, number: int, owned: Owned) -> list[Read] | None:
        """What is handled apart next, remembered in the ledger first; None where the partition was lost."""
        piece = list(islice(owned.fetched, owned.apart.size))
        suspect = self.attempts.begin(piece, owned.head.suspect)
        if not await self._ledger.suspect(owned.entry, suspect):
            self._ownership.owned.pop(number, None)
            return None
        return list(self.attempts.judged(piece, suspect))

    def behind(self) -> bool:
        """Whether so much waits that the next batch need not wait for more."""
        if any(owned.apart.left for owned in self._ownership.owned.values()):
            return False
        return sum(len(owned.fetched) for owned in self._ownership.owned.values()) >= BACKLOG_RECORDS

    def mine(self, folded: Round) -> Round:
        """Without partitions that were lost since, though they were taken again: what became of them, only the ledger
        and the store say."""
        return {number: one for number, one in folded.items() if self._ownership.owned.get(number) is one[0]}

    async def _aside(self, replays: list[str], under_way: Round) -> set[str]:
        """Which of the replayed are set aside once `under_way` is committed, whether it is now or not."""
        aside = await self._ledger.aside(replays)
        for _, batch in under_way.values():
            for name, dead in batch.change.aside.items():
                (aside.add if dead else aside.discard)(name)
        return aside
