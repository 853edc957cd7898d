"""Counts all cells again from the log, beside those that are read, and puts the fresh ones in their place.

`python -m services.metrics rebuild`: metrics goes on meanwhile, and may be asked all the time. Run it several times at
once and they share the partitions. What was cut short goes on where it stood. docs/adr/0016.
"""

import asyncio
from collections.abc import Callable
from typing import Protocol

import msgspec

from services.runtime.health import Health
from services.runtime.ledger import positions
from services.runtime.mongo import Database

from .adapters.comparison import Compared, Comparison
from .adapters.generations import Generations, Standing, StillBehind, cells_of, reached
from .stream.counting import Counter

LOOK_SECONDS = 0.2
PATIENCE_SECONDS = 120.0
"""For the next partition to be seen at the same position in both."""
TELL_SECONDS = 0.5


class Counted(msgspec.Struct, frozen=True, kw_only=True, tag_field="told", tag="counted"):
    """How far the fresh cells are: facts counted, of those that the read ones have."""

    facts: int
    of: int


class Comparing(msgspec.Struct, frozen=True, kw_only=True, tag_field="told", tag="comparing"):
    """Sheets compared so far, of about so many."""

    sheets: int
    of: int


class Ended(msgspec.Struct, frozen=True, kw_only=True, tag_field="told", tag="ended"):
    """What came of it: whether the fresh cells are `equal` to those read before, and read from now on."""

    generation: str
    equal: bool
    switched: bool
    compared: Compared


class Halted(Exception):
    """The log cannot be counted: the reason says what to do."""


class Taken(Exception):
    """Another process has ended this rebuild, or it was given up."""


class Tell(Protocol):
    """Where what happens is told."""

    def __call__(self, told: Counted | Comparing | Ended) -> None:
        """At once."""


class Rebuild:
    """One rebuild, or one process's part in it. `accept`: switch even where the cells differ; `anew`: not on from where
    another was cut short."""

    def __init__(
        self, database: Database, reader: str, health: Health, tell: Tell, *, accept: bool = False, anew: bool = False
    ) -> None:
        self._database = database
        self._reader = reader
        self._generations = Generations(database, reader)
        self._health = health
        self._tell = tell
        self._accept = accept
        self._anew = anew

    async def run(self, worker_of: Callable[[str], Counter]) -> Ended:
        """Count, compare, switch. Halted, Taken, StillBehind, PyMongoError."""
        standing = await self._generations.begin(anew=self._anew)
        assert standing.fresh is not None
        worker = worker_of(standing.fresh)
        counting = asyncio.ensure_future(worker.run())
        working = asyncio.ensure_future(self._finish(standing, standing.fresh))
        try:
            await asyncio.wait([counting, working], return_when=asyncio.FIRST_COMPLETED)
            if not working.done():
                await counting
                raise Halted("the counting ended by itself; its log says why")
            return await working
        finally:
            working.cancel()
            worker.stop()
            await asyncio.wait([counting], timeout=10)
            counting.cancel()

    async def _finish(self, standing: Standing, fresh: str) -> Ended:
        await self._caught_up(standing, fresh)
        compared = await self._compared(standing)
        switched = self._accept or not compared.differing
        if switched:
            await self._generations.switch(standing)
        return Ended(generation=fresh, switched=switched, equal=not compared.differing, compared=compared)

    async def _caught_up(self, standing: Standing, fresh: str) -> None:
        while True:
            await self._still(standing)
            goal = await positions(self._database, self._reader, generation=standing.current)
            there = await positions(self._database, self._reader, generation=fresh)
            self._tell(Counted(facts=sum(there.values()), of=sum(goal.values())))
            if self._health.halted:
                raise Halted(self._health.halted)
            if reached(there, goal):
                return
            await asyncio.sleep(LOOK_SECONDS)

    async def _compared(self, standing: Standing) -> Compared:
        """Each sheet at a moment at which both stand at the same position in its partition."""
        comparison, loop = Comparison(self._database, self._reader, standing), asyncio.get_running_loop()
        of = await self._database[cells_of(standing.current)].estimated_document_count()
        told_at, deadline = 0.0, loop.time() + PATIENCE_SECONDS
        while not comparison.whole:
            await self._still(standing)
            if await comparison.step():
                deadline = loop.time() + PATIENCE_SECONDS
            elif loop.time() > deadline:
                names = ", ".join(map(str, sorted(comparison.missing)))
                raise StillBehind(f"partitions {names} never stood where the read ones do; go on when less comes in")
            else:
                await asyncio.sleep(LOOK_SECONDS / 10)
            if loop.time() - told_at > TELL_SECONDS:
                self._tell(Comparing(sheets=comparison.found.sheets, of=of))
                told_at = loop.time()
        return comparison.found

    async def _still(self, standing: Standing) -> None:
        if (await self._generations.standing()).fresh != standing.fresh:
            raise Taken("another process has ended this rebuild, or it was given up")
