"""Looks at the clocks: each second, which cases of this process's partitions have come to a mark, by one indexed query.

What it finds it puts on `followups`, so that it counts in the order of the log like everything else. It may put the
same there twice, after a crash or a takeover: the case says whether it still waits for it (domain/reached.py).
Its now is the time up to which the log is read: while routing is behind, the reply that met a deadline may stand there
unread, and of a history that has ended not all may be known.
"""

import asyncio
from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from services.contracts.followups import DeadlineReached
from services.runtime.health import Health
from services.runtime.producer import Producer

from .domain.reached import marks_due
from .domain.rules import Rules
from .handlers import followup_record
from .ports import MarkedCases, StoreAway

AT_ONCE = 1_000
MOST_WAITING = 5_000
"""Told and not yet applied: with more than that the worker is behind, and more would not help it."""
AGAIN_AFTER = timedelta(seconds=60)
"""What was put there is not put there again so soon, nor before it must have been read."""


class Timekeeper:
    """One process's."""

    def __init__(
        self,
        *,
        cases: MarkedCases,
        rules: Callable[[], Rules],
        owned: Callable[[], Collection[int]],
        read_upto: Callable[[], datetime | None],
        producer: Producer,
        clock: Callable[[], datetime],
        health: Health,
    ) -> None:
        self._cases = cases
        self._rules = rules
        self._owned = owned
        self._read_upto = read_upto
        self._producer = producer
        self._clock = clock
        self._health = health
        self._told: dict[DeadlineReached, datetime] = {}

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                full = await self.look()
            except StoreAway as error:
                self._health.failed(error)
                full = False
            await asyncio.sleep(0.05 if full else 1)

    async def look(self) -> bool:
        """Once; whether there may be more."""
        now, upto, partitions = self._clock(), self._read_upto(), sorted(self._owned())
        if upto is None or not partitions:
            return False
        self._told = {told: at for told, at in self._told.items() if now - at < AGAIN_AFTER or at > upto}
        # what was told and is not yet applied is found again: as many more are asked for, so that it hides nothing
        limit = min(AT_ONCE + len(self._told), MOST_WAITING)
        ended = {source: row for source, row in self._rules().histories.items() if row.ended_at <= upto}
        found = await self._cases.marked(partitions, upto, ended, limit=limit)
        waiting = {told for case in found for told in marks_due(case, upto)}
        if len(found) < limit:
            self._told = {told: at for told, at in self._told.items() if told in waiting}
        due = sorted(waiting - self._told.keys(), key=lambda told: told.at)
        records = [
            followup_record(told, f"clock/{told.step}/{told.at.isoformat()}", now, self._producer.partition_for)
            for told in due
        ]
        for told, failed in zip(due, await self._producer.send(records), strict=True):
            if failed is None:
                self._told[told] = self._clock()
        return bool(due) and len(found) == limit
