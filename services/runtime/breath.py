"""In long stretches of work without I/O, a turn for others now and then: heartbeats, and a batch that is committed."""

import asyncio
import time

BREATH_SECONDS = 0.002


class Breath:
    """Of one stretch."""

    def __init__(self) -> None:
        self._due = time.monotonic() + BREATH_SECONDS

    async def take(self) -> None:
        """If it is due."""
        if time.monotonic() > self._due:
            await asyncio.sleep(0)
            self._due = time.monotonic() + BREATH_SECONDS
