"""Stopping a client that is itself in trouble ends nobody else."""

import asyncio
from typing import Any

import pytest
from aiokafka.errors import KafkaConnectionError

from services.runtime import clients


class Troubled:
    """Waits, in `stop`, for a task of its own that it has cancelled, as aiokafka's fetcher does; or fails."""

    def __init__(self, error: Exception | None = None, seconds: float = 0.0) -> None:
        self._error, self._seconds = error, seconds

    async def stop(self) -> None:
        if self._error:
            raise self._error
        fetching = asyncio.create_task(asyncio.sleep(60))
        await asyncio.sleep(self._seconds)
        fetching.cancel()
        await fetching


async def test_a_cancellation_of_its_own_does_not_cancel_who_stops_it() -> None:
    assert isinstance(await clients.stop(Troubled()), asyncio.CancelledError)


@pytest.mark.parametrize(
    ("client", "kind"), [(Troubled(KafkaConnectionError()), KafkaConnectionError), (Troubled(seconds=60), TimeoutError)]
)
async def test_its_errors_and_its_slowness_are_told(client: Any, kind: type[Exception]) -> None:
    assert isinstance(await clients.stop(client, 0.05), kind)


async def test_who_is_cancelled_meanwhile_stays_cancelled() -> None:
    stopping = asyncio.create_task(clients.stop(Troubled(seconds=60)))
    await asyncio.sleep(0)
    stopping.cancel()
    with pytest.raises(asyncio.CancelledError):
        await stopping
