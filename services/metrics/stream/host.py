"""Keeps a Faust app running in our event loop, as long as the process runs.

Faust is started and stopped as a service of the running loop, without its own worker: signals and logging stay ours.
A crashed app cannot be started again, so each life is a new app; the batch loop outlives it and is joined by the next.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from services.runtime.health import Health

START_SECONDS = 45.0
"""A dead predecessor of the same instance keeps its place in the group for the session timeout."""
STOP_SECONDS = 5.0
AGAIN_SECONDS = 1.0


class BatchLoop(Protocol):
    """The runtime's worker."""

    async def run(self) -> None:
        """Until `stop`."""

    def stop(self) -> None:
        """Finish the round at hand."""


class FaustHost:
    """`run` and `stop` as the runtime's `serve` asks of a worker."""

    def __init__(
        self,
        *,
        prepare: Callable[[], Awaitable[None]],
        loop: BatchLoop,
        new_app: Callable[[Callable[[], Awaitable[None]]], Any],
        health: Health,
    ) -> None:
        self._prepare = prepare
        self._loop = loop
        self._new_app = new_app
        self._health = health
        self._batches: asyncio.Task[None] | None = None
        # set when asked to stop, and when the batch loop ends by itself, which it should not
        self._over = asyncio.Event()

    def stop(self) -> None:
        """Finish the round at hand, leave the groups, return from `run`."""
        self._over.set()
        self._loop.stop()

    async def run(self) -> None:
        """Until `stop`. Raises what the batch loop raises, which is a fault of ours."""
        await self._unless_over(self._prepare())
        try:
            while not self._over.is_set():
                self._health.wait_for("faust", "Faust's control group on Kafka")
                await self._live()
            if self._batches is not None:
                async with asyncio.timeout(STOP_SECONDS):
                    await self._batches
        finally:
            if self._batches is not None:
                self._batches.cancel()

    async def _live(self) -> None:
        """One app from start to end, however it ends."""
        app = self._new_app(self._join)
        try:
            async with asyncio.timeout(START_SECONDS):
                await self._unless_over(app.start())
            if not self._over.is_set() and not app.crashed:
                self._health.wait_for("faust", None)
                await self._unless_over(app.wait_until_stopped())
            if app.crash_reason is not None:
                self._health.failed(app.crash_reason)
        except Exception as error:  # whatever Faust or its client raises: the next app is a new start
            self._health.failed(error)
        finally:
            await _ended(app)
        if not self._over.is_set():
            await self._unless_over(asyncio.sleep(AGAIN_SECONDS))

    async def _join(self) -> None:
        if self._batches is None:
            self._batches = asyncio.create_task(self._loop.run(), name="batches")
            self._batches.add_done_callback(lambda _: self._over.set())
        await asyncio.shield(self._batches)

    async def _unless_over(self, work: Any) -> None:
        """Await `work`, or stop waiting for it once this host stops or the batch loop has ended."""
        working, ended = asyncio.ensure_future(work), asyncio.ensure_future(self._over.wait())
        try:
            await asyncio.wait([working, ended], return_when=asyncio.FIRST_COMPLETED)
            if working.done():
                await working
        finally:
            for task in (working, ended):
                task.cancel()


async def _ended(app: Any) -> None:
    try:
        async with asyncio.timeout(STOP_SECONDS):
            await app.stop()
    except Exception:
        return  # it is given up either way; its group forgets it after the session timeout
