"""A department that closed hands its open work to its successor: looked for every so often, and put on `followups`.

Not at the moment of the change: the directory may be ahead of the log, and cases may still come to the closed one. As
with clocks, its now is the time up to which the log is read.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import datetime

from services.contracts.followups import DirectoryApplied, FollowUpCommand
from services.runtime.health import Health
from services.runtime.producer import BrokerAway

from .domain.rules import Rules
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
        read_upto: Callable[[], datetime | None],
        tell: Callable[[Sequence[FollowUpCommand], str], Awaitable[None]],
        health: Health,
    ) -> None:
        self._cases = cases
        self._rules = rules
        self._owned = owned
        self._read_upto = read_upto
        self._tell = tell
        self._health = health

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(EVERY_SECONDS)
            try:
                await self.look()
            except (StoreAway, BrokerAway) as error:
                self._health.failed(error)

    async def look(self) -> None:
        """Once."""
        rules, now, partitions = self._rules(), self._read_upto(), sorted(self._owned())
        closed = [name for name, row in rules.departments.items() if row.successor is not None]
        if not closed or not partitions or now is None:
            return
        told = [
            DirectoryApplied(case_id=case_id, what="successor", at=now)
            for case_id in await self._cases.doing(partitions, closed, AT_ONCE)
        ]
        if told:
            await self._tell(told, f"directory/{rules.version}/successor")
