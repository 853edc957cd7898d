"""Readings shared between viewers, as fresh as the doorbell, and as what is known to be counted."""

import asyncio
import time
from collections.abc import Callable, Sequence

from services.runtime.bell import ChangeStreamBell

from ..ports import CellQuery, CellReader, Reading

FRESH_SECONDS = 1.0


class SharedReader:
    """Lets viewers of the same figures share one reading between two rings, for a second at most."""

    def __init__(self, reader: CellReader, bell: ChangeStreamBell, counted: Callable[[], object]) -> None:
        self._reader = reader
        self._bell = bell
        self._counted = counted
        self._known: tuple[int, object] = (-1, None)
        self._readings: dict[tuple[CellQuery, ...], tuple[float, asyncio.Task[Reading]]] = {}

    async def read(self, queries: Sequence[CellQuery]) -> Reading:
        """As the reader beneath. CellsAway."""
        # a reading has at least what was counted when it began; once more is known to be, it says too little
        known = self._bell.rings, self._counted()
        if self._known != known:
            self._known = known
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
