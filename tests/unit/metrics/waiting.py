"""For what comes by itself in the same loop."""

import asyncio
from collections.abc import Callable


async def until(claim: Callable[[], bool]) -> None:
    """Return once it holds; TimeoutError after some seconds."""
    async with asyncio.timeout(5):
        while not claim():  # noqa: ASYNC110  # a claim has no event to wait for
            await asyncio.sleep(0.005)
