"""A department that closed hands its open work to its successor: looked for every so often, and put on `followups`.

Not at the moment of the change: the directory may be ahead of the log, and cases may still come to the closed one.
"""

import asyncio
from collections.abc import Callable, Collection
from datetime import datetime

from services.contracts.followups import DirectoryApplied
from services.runtime.health import Health
from services.runtime.producer import Producer

from .domain.rules import Rules
from .handlers import followup_record
from .ports import OpenCases, StoreAway

AT_ONCE = 500
EVERY_SECONDS = 10


class Successions:
    """One process's."""

    def __init__(
        self,
        *,
        cases: OpenCases,
        rules: Callable[[], Rules],
        owned: Callable[[], Collection[int]],
        producer: Producer,
        clock: Callable[[], datetime],
        health: Health,
    ) -> None:
        self._cases = cases
        self._rules = rules
        self._owned = owned
        self._producer = producer
        self._clock = clock
        self._health = health

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(EVERY_SECONDS)
            try:
                await self.look()
            except StoreAway as error:
                self._health.failed(error)

    async def look(self) -> None:
        """Once."""
        rules, now, partitions = self._rules(), self._clock(), sorted(self._owned())
        closed = [name for name, row in rules.departments.items() if row.successor is not None]
        if not closed or not partitions:
            return
        told = [
            DirectoryApplied(case_id=case_id, what="successor", at=now)
            for case_id in await self._cases.doing(partitions, closed, AT_ONCE)
        ]
        cause = f"directory/{rules.version}/successor"
        await self._producer.send([followup_record(one, cause, now, self._producer.partition_for) for one in told])
