"""A department that closed hands its open work to its successor: looked for every so often, and put on `followups`.

Not at the moment of the change: the directory may be ahead of the log, and cases may still come to the closed one. As
with clocks, its now is the time up to which the log is read.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import datetime, timedelta

from services.contracts.followups import DirectoryApplied, FollowUpCommand
from services.runtime.health import Health
from services.runtime.producer import BrokerAway

from .domain.rules import Rules
from .ports import OpenCases, StoreAway

AT_ONCE = 500
MOST_WAITING = 5_000
"""Told and not yet applied: with more than that the worker is behind, and more would not help it."""
AGAIN_AFTER = timedelta(seconds=60)
"""Who was told is not told again so soon, nor before the log must have been read that far."""
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
        clock: Callable[[], datetime],
        tell: Callable[[Sequence[FollowUpCommand], str], Awaitable[None]],
        health: Health,
    ) -> None:
        self._cases = cases
        self._rules = rules
        self._owned = owned
        self._read_upto = read_upto
        self._clock = clock
        self._tell = tell
        self._health = health
        self._told: dict[str, datetime] = {}

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
        at = self._clock()
        self._told = {name: told for name, told in self._told.items() if at - told < AGAIN_AFTER or told > now}
        # who was told and has not done it yet is found again: as many more are asked for, so that it hides nobody
        limit = min(AT_ONCE + len(self._told), MOST_WAITING)
        found = await self._cases.doing(partitions, closed, limit)
        if len(found) < limit:
            self._told = {name: told for name, told in self._told.items() if name in set(found)}
        new = [name for name in found if name not in self._told]
        if new:
            told = [DirectoryApplied(case_id=name, what="successor", at=now) for name in new]
            await self._tell(told, f"directory/{rules.version}/successor")
            self._told |= dict.fromkeys(new, self._clock())
