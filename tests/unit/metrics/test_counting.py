"""The batch loop over the generation that is read: another takes its place without a restart of the process."""

import asyncio

import pytest

from services.metrics.stream import counting as module
from services.metrics.stream.counting import Counting
from services.runtime.health import Health
from services.runtime.mongo import StoreError

from .waiting import until


class FakeWorker:
    def __init__(self, generation: str) -> None:
        self.generation = generation
        self.ended = False
        self._over = asyncio.Event()

    async def run(self) -> None:
        await self._over.wait()
        self.ended = True

    def stop(self) -> None:
        self._over.set()

    def epochs(self) -> dict[int, int]:
        return {1: 7}


class Scene:
    def __init__(self) -> None:
        self.generation = "4.1"
        self.away = False
        self.workers: list[FakeWorker] = []
        self.health = Health("metrics", "m")
        self.counting = Counting(self.current, self.worker_of, self.health)

    async def current(self) -> str:
        if self.away:
            raise StoreError("MongoDB is away")
        return self.generation

    def worker_of(self, generation: str) -> FakeWorker:
        self.workers.append(FakeWorker(generation))
        return self.workers[-1]


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.01)


async def test_when_other_cells_are_read_the_worker_ends_and_theirs_begins() -> None:
    scene = Scene()
    assert scene.counting.epochs() == {}
    assert (scene.health.lag, scene.health.ready) == (None, False), "nobody may take it for caught up"
    running = asyncio.create_task(scene.counting.run())
    await until(lambda: len(scene.workers) == 1)
    scene.generation = "4.2"
    await until(lambda: len(scene.workers) == 2)
    assert [one.generation for one in scene.workers] == ["4.1", "4.2"]
    assert scene.workers[0].ended, "never two at once in one process"
    assert scene.counting.epochs() == {1: 7}
    scene.counting.stop()
    async with asyncio.timeout(5):
        await running
    assert scene.workers[1].ended


async def test_a_store_that_is_away_stops_nothing_that_counts() -> None:
    scene = Scene()
    scene.away = True
    running = asyncio.create_task(scene.counting.run())
    await until(lambda: scene.health.last_error is not None)
    assert scene.workers == []
    scene.away = False
    await until(lambda: len(scene.workers) == 1)
    scene.away = True
    await asyncio.sleep(0.05)
    assert (len(scene.workers), scene.workers[0].ended) == (1, False)
    scene.counting.stop()
    async with asyncio.timeout(5):
        await running
