"""The batch loop over the generation of cells that is read. When a rebuild has put another in its place, over that one:
its ledger says where the rebuild has stopped."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol

from services.runtime.health import Health
from services.runtime.logs import get_logger
from services.runtime.mongo import StoreError

from .host import BatchLoop

LOOK_SECONDS = 1.0


class Counter(BatchLoop, Protocol):
    """The runtime's worker, over one generation."""

    def epochs(self) -> dict[int, int]:
        """The partitions that it owns now, each with the epoch under which it does."""


class Counting:
    """A worker at a time. `current` names the generation that is read; StoreError where the store does not say."""

    def __init__(
        self, current: Callable[[], Awaitable[str]], worker_of: Callable[[str], Counter], health: Health
    ) -> None:
        self._current = current
        self._worker_of = worker_of
        self._health = health
        self._worker: Counter | None = None
        self._stopping = False
        self._log = get_logger(__name__)
        # as its worker will say, and as long as there is none
        health.lag = None
        health.wait_for("worker", "its share of the partitions")

    def epochs(self) -> dict[int, int]:
        """The partitions that this process counts now, each with the epoch under which it owns it."""
        return self._worker.epochs() if self._worker is not None else {}

    def stop(self) -> None:
        """Finish the round at hand, return from `run`."""
        self._stopping = True
        if self._worker is not None:
            self._worker.stop()

    async def run(self) -> None:
        """Until `stop`."""
        generation: str | None = None
        while not self._stopping:
            generation = await self._read(generation)
            if generation is None:
                await asyncio.sleep(LOOK_SECONDS)
                continue
            self._worker = self._worker_of(generation)
            counting = asyncio.ensure_future(self._worker.run())
            try:
                while not (self._stopping or counting.done()) and await self._read(generation) == generation:
                    await asyncio.wait([counting], timeout=LOOK_SECONDS)
                if not self._stopping and not counting.done():
                    self._log.info("other cells are read from now on", before=generation)
                self._worker.stop()
                await counting
            finally:
                counting.cancel()

    async def _read(self, known: str | None) -> str | None:
        try:
            return await self._current()
        except StoreError as error:
            self._health.failed(error)
            return known
