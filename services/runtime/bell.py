"""The doorbell: MongoDB's change stream on the ledger says that positions moved, and nothing more."""

import asyncio

from pymongo.errors import PyMongoError

from .health import Health
from .ledger import COLLECTION
from .mongo import Database


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
