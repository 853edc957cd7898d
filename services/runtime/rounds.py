"""A round: of each partition the next records, folded on from where all that was folded before leads."""

import asyncio
import time
from itertools import islice

from .batches import Batch, Fold, Reader
from .failpoints import Failpoints
from .folding import Folded, fold_batch
from .instruments import Instruments
from .ledger import Ledger
from .ownership import Owned, Ownership
from .pace import Pace

ROUND_RECORDS = 2_500
"""Records of one partition in one round."""
FOLD_SECONDS = 1.0
"""At most for a round: what has come meanwhile waits."""
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

    async def fold(self, before: Round = NONE) -> Round:
        """The next of what was fetched; `before` is what may not be committed yet. Gap, and the store's errors."""
        ready = {number: owned for number, owned in self._ownership.owned.items() if owned.fetched}
        if not ready:
            return {}
        share = max(1, self._pace.documents // len(ready))
        with self._seconds.labels("load").time():
            offered = {
                number: list(islice(owned.fetched, min(ROUND_RECORDS, share))) for number, owned in ready.items()
            }
            folds = await self._reader.load(
                [
                    Batch(
                        partition=number,
                        number=ready[number].head.batch + 1,
                        records=[item.incoming for item in items if item.incoming is not None],
                        next_seq=ready[number].head.next_seq,
                        before=_fold_of(before.get(number), ready[number]),
                    )
                    for number, items in offered.items()
                ]
            )
            replays = [item.replay_of for items in offered.values() for item in items if item.replay_of]
            aside = await self._aside(replays, before) if replays else set[str]()
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

    async def _aside(self, replays: list[str], before: Round) -> set[str]:
        """Which of the replayed are set aside once `before` is committed, whether it is now or not."""
        aside = await self._ledger.aside(replays)
        for _, batch in before.values():
            for name, dead in batch.change.aside.items():
                (aside.add if dead else aside.discard)(name)
        return aside


def _fold_of(before: tuple[Owned, Folded] | None, owned: Owned) -> Fold | None:
    # of a partition that was lost and taken again meanwhile, nobody knows what became of it but the ledger
    return before[1].fold if before is not None and before[0] is owned else None
