"""Readings shared between viewers, as fresh as the doorbell."""

import asyncio
import time
from collections.abc import Sequence

from services.runtime.bell import ChangeStreamBell

from ..ports import CellQuery, CellReader, Reading

FRESH_SECONDS = 1.0


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
