"""Stopping a Kafka client: within a bound, and what goes wrong in it stays in it."""

import asyncio
from typing import Any

from aiokafka.errors import KafkaError


async def stop(client: Any, seconds: float = 5.0) -> BaseException | None:
    """Stop it; what went wrong, None where nothing did. CancelledError only where the caller itself is cancelled:
    aiokafka awaits tasks of its own that it has cancelled, and lets their cancellation through after an outage."""
    try:
        async with asyncio.timeout(seconds):
            await client.stop()
    except (KafkaError, OSError, TimeoutError) as error:
        return error
    except asyncio.CancelledError as error:
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise
        return error
    return None
