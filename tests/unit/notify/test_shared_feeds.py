"""All who follow one department from one place share one reading, and none misses what a ring was for."""

import asyncio
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, cast

import pytest

from services.notify import shared_feeds
from services.notify.ports import Shelf
from services.notify.shared_feeds import Reading, SharedFeeds
from services.runtime.problems import Problem, unavailable
from tests.unit.metrics.waiting import until


class Feeds:
    """Numbers instead of notices, one partition."""

    def __init__(self) -> None:
        self.there: dict[str, list[int]] = {"housing": [1, 2, 3], "roads": [7]}
        self.reads = 0
        self.away = False
        self.open = asyncio.Event()
        self.open.set()

    async def feed(self, department: str, after: Mapping[int, int], limit: int) -> Reading:
        self.reads += 1
        start, there = after.get(0, 0), list(self.there[department])
        await self.open.wait()
        if self.away:
            raise unavailable("MongoDB does not answer")
        found: Any = there[start : start + limit]
        return found, {0: start + len(found)} if found else dict(after)


class Stage:
    def __init__(self) -> None:
        self.feeds, self.bell = Feeds(), SimpleNamespace(rings=0)
        self.shared = SharedFeeds(cast(Shelf, self.feeds), self.bell)

    async def all_read(self, many: int, department: str, after: dict[int, int]) -> list[list[Any]]:
        found = await asyncio.gather(*(self.shared.read(department, after, 500) for _ in range(many)))
        return [items for items, _ in found]


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Stage:
    monkeypatch.setattr(shared_feeds, "FRESH_SECONDS", 3_600.0)  # by rings alone
    return Stage()


async def test_hundreds_at_the_end_of_a_feed_cost_one_reading_a_ring(stage: Stage) -> None:
    for ring in range(1, 4):
        stage.bell.rings = ring
        assert await stage.all_read(200, "housing", {0: 3}) == [[]] * 200
        assert await stage.all_read(200, "roads", {0: 1}) == [[]] * 200
        assert stage.feeds.reads == 2 * ring


async def test_what_came_before_a_ring_is_there_after_it_also_while_one_still_reads(stage: Stage) -> None:
    stage.feeds.open.clear()
    early = asyncio.create_task(stage.all_read(3, "housing", {0: 3}))
    await until(lambda: stage.feeds.reads == 1)
    stage.feeds.there["housing"].append(4)
    stage.bell.rings += 1
    late = asyncio.create_task(stage.all_read(3, "housing", {0: 3}))
    await until(lambda: stage.feeds.reads == 2)
    stage.feeds.open.set()
    assert await early == [[]] * 3
    assert await late == [[4]] * 3


async def test_each_has_its_own_place_and_may_change_it(stage: Stage) -> None:
    behind, at_end = await stage.shared.read("housing", {0: 1}, 500), await stage.shared.read("housing", {0: 3}, 500)
    assert (cast(Any, behind[0]), at_end[0]) == ([2, 3], [])
    behind[1][0] = 99
    assert (await stage.shared.read("housing", {0: 1}, 500))[1] == {0: 3}


async def test_an_error_is_for_those_who_wait_and_not_for_who_asks_next(stage: Stage) -> None:
    stage.feeds.away = True
    with pytest.raises(Problem):
        await stage.all_read(3, "housing", {0: 3})
    stage.feeds.away = False
    assert await stage.all_read(3, "housing", {0: 3}) == [[]] * 3


async def test_who_leaves_takes_no_other_s_reading_along(stage: Stage) -> None:
    stage.feeds.open.clear()
    leaves, stays = (asyncio.create_task(stage.shared.read("housing", {0: 2}, 500)) for _ in range(2))
    await asyncio.sleep(0)
    leaves.cancel()
    stage.feeds.open.set()
    items, _ = await stays
    assert (cast(Any, items), stage.feeds.reads) == ([3], 1)


async def test_pages_of_who_catches_up_are_not_kept(stage: Stage) -> None:
    await stage.shared.read("housing", {}, 2)
    await asyncio.sleep(0)
    assert stage.shared._readings == {}


async def test_without_a_ring_it_is_read_again_before_long(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_feeds, "FRESH_SECONDS", 0.0)
    assert await stage.all_read(1, "housing", {0: 3}) == [[]]
    stage.feeds.there["housing"].append(4)
    assert await stage.all_read(1, "housing", {0: 3}) == [[4]]
