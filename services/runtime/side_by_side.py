"""Several awaited together, none of which outlives the waiting."""

import asyncio
from collections.abc import Coroutine
from typing import Any


async def side_by_side(*work: Coroutine[Any, Any, None]) -> None:
    """Return once all have ended; raise the first one's error, in the order given.

    A plain gather raises at once and leaves the others running, with clients that the caller then closes.
    """
    for error in await asyncio.gather(*work, return_exceptions=True):
        if error is not None:
            raise error
