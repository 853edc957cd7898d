"""The doorbell: MongoDB's change stream on the ledger says that positions moved, and nothing more."""

import asyncio
import time
from collections.abc import Sequence

from pymongo.errors import PyMongoError

from services.runtime.health import Health
from services.runtime.ledger import COLLECTION
from services.runtime.mongo import Database

from ..ports import CellQuery, CellReader, Reading

FRESH_SECONDS = 1.0


class ChangeStreamBell:
    """Rings at every batch of any instance, and once after each time it could not listen."""

    def __init__(self, database: Database, health: Health) -> None:
        self.rings = 0
        self._ledger = database[COLLECTION]
        self._health = health
        self._rung = asyncio.Event()

    async def run(self) -> None:
        """Listen until cancelled; a store that is away is waited for."""
        # the documents hold outboxes of megabytes; a ring needs none of it
        ring_only = [{"$project": {"_id": 1}}]
        while True:
            try:
                async with self._ledger.watch(ring_only) as changes:
                    self._ring()
                    async for _ in changes:
                        self._ring()
            except PyMongoError as error:
                self._health.failed(error)
            await asyncio.sleep(1)

    async def wait(self, heard: int, seconds: float) -> int:
        """The number of rings, once it differs from `heard` or after `seconds`."""
        if self.rings == heard:
            try:
                async with asyncio.timeout(seconds):
                    await self._rung.wait()
            except TimeoutError:
                pass
        return self.rings

    def _ring(self) -> None:
        self.rings += 1
        self._rung.set()
        self._rung = asyncio.Event()


class SharedReader:
    """Lets viewers of the same figures share one reading between two rings, for a second at most."""

    def __init__(self, reader: CellReader, bell: ChangeStreamBell) -> None:
        self._reader = reader
        self._bell = bell
        self._rings = -1
        self._readings: dict[tuple[CellQuery, ...], tuple[float, asyncio.Task[Reading]]] = {}

    async def read(self, queries: Sequence[CellQuery]) -> Reading:
        """As the reader beneath. CellsAway."""
        if self._rings != self._bell.rings:
            self._rings = self._bell.rings
            self._readings.clear()
        key, now = tuple(queries), time.monotonic()
        started, task = self._readings.get(key, (0.0, None))
        if task is None or now - started > FRESH_SECONDS:
            task = asyncio.ensure_future(self._reader.read(queries))
            task.add_done_callback(_retrieved)
            self._readings[key] = (now, task)
        # one viewer who leaves must not take the others' reading along
        return await asyncio.shield(task)


def _retrieved(task: asyncio.Task[Reading]) -> None:
    # the error is for whoever still waits; with nobody left it must not be reported as forgotten
    if not task.cancelled():
        task.exception()
