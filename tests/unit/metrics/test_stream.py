"""The way in: the fold, the control commands, and a Faust app that is kept running."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import pytest

from services.contracts.codec import Event
from services.contracts.directory import DirectoryChanged
from services.metrics.adapters.cell_store import COLLECTION, writes
from services.metrics.adapters.sheets import sheet_id
from services.metrics.domain.cells import Place, Sums
from services.metrics.stream import host
from services.metrics.stream.control import Control, LogLevel, Refresh
from services.metrics.stream.facts import FactReader
from services.metrics.stream.host import FaustHost
from services.runtime.batches import Batch, Incoming
from services.runtime.health import Health

from .cases import at, worked_example
from .test_worked_example import SHANGHAI


def incoming(data: Any) -> Incoming:
    event = Event(id="1", source="s", time=at("03-30 00:00"), data=data)
    return Incoming(topic="cases", partition=0, offset=0, timestamp=at("03-30 00:00"), key="k", event=event)


async def test_a_batch_writes_each_sheet_once_and_sheets_without_change_not_at_all() -> None:
    facts = worked_example().facts
    batch = Batch(partition=3, records=[], next_seq=7)
    fold = (await FactReader(SHANGHAI, writes).load([batch]))[3]
    for fact in facts:
        assert fold.apply(incoming(fact)) == ()
    operations = fold.writes()[COLLECTION]
    ids = [operation._filter["_id"] for operation in operations]
    assert len(ids) == len(set(ids))
    assert 'cohort/department/2026-03-29T16:00/"b"/3' in ids
    assert 'cohort/department/2026-03-29T16:00/"a"/3' not in ids
    assert fold.next_seq == 7


async def test_what_is_no_fact_is_refused_and_leaves_the_fold_as_it_was() -> None:
    batch = Batch(partition=0, records=[], next_seq=1)
    fold = (await FactReader(SHANGHAI, writes).load([batch]))[0]
    with pytest.raises(ValueError, match="DirectoryChanged"):
        fold.apply(incoming(DirectoryChanged(kind="channel", id="x", version=1)))
    with pytest.raises(ValueError, match="NoneType"):
        fold.apply(msgspec.structs.replace(incoming(worked_example().facts[0]), event=None))
    assert fold.writes()[COLLECTION] == []


def test_no_two_sheets_have_one_id_and_no_two_cells_one_place_on_a_sheet() -> None:
    sums = Sums()
    odd = ["a", "b", "a/b", "a.b", "a%2Eb", "$a", '"', "a,b", "none"]
    hour = at("03-30 00:00")
    sums.add((Place("flow", hour, (x, y, z, x + y, z)), {"closed": 1}) for x in odd for y in odd for z in odd)
    sheets = sums.sheets()
    ids = {sheet_id(partition, sheet) for partition in (0, 1) for sheet in sheets}
    assert len(ids) == 2 * len(sheets) == 2 * sums.size
    operations = writes(0, sheets)[COLLECTION]
    assert sum(len(one._doc["$inc"]) for one in operations) == sum(map(len, sheets.values())) == len(sums.cells())


class Totals:
    def __init__(self) -> None:
        self.broken = False

    async def __call__(self) -> dict[str, tuple[int, int]]:
        if self.broken:
            raise RuntimeError("away")
        return {"handled": (3, 4)}


async def test_commands_are_obeyed_and_nonsense_is_passed_over() -> None:
    health, found = Health("metrics", "m"), Totals()
    control = Control(health.registry, found)
    level = logging.getLogger().level
    try:
        await control.obey(msgspec.json.encode(LogLevel(level="error")))
        assert logging.getLogger().level == logging.ERROR
    finally:
        logging.getLogger().setLevel(level)
    await control.obey(msgspec.json.encode(Refresh()))
    await control.obey(control.ping())
    await control.obey(b"{}")
    await control.obey(None)
    found.broken = True
    await control.refresh()
    value = health.registry.get_sample_value
    assert value("mingshao_rate_cases", {"rate": "handled", "part": "denominator"}) == 4
    assert value("mingshao_control_commands_total", {"command": "unknown"}) == 2
    assert value("mingshao_control_commands_total", {"command": "ping"}) == 1


class FakeLoop:
    def __init__(self) -> None:
        self.runs = 0
        self.error: Exception | None = None
        self._ended = asyncio.Event()

    async def run(self) -> None:
        self.runs += 1
        await self._ended.wait()
        if self.error:
            raise self.error

    def stop(self) -> None:
        self._ended.set()


class FakeApp:
    """A service as mode's: started once, crashed from outside, stopped."""

    def __init__(self, batches: Callable[[], Awaitable[None]], fails: Exception | None) -> None:
        self.crashed = False
        self.crash_reason: BaseException | None = None
        self.stopped = False
        self._fails = fails
        self._batches = batches
        self._over = asyncio.Event()
        self._task: asyncio.Task[Any] | None = None

    async def start(self) -> None:
        if self._fails:
            raise self._fails
        self._task = asyncio.ensure_future(self._batches())

    async def wait_until_stopped(self) -> None:
        await self._over.wait()

    def crash(self) -> None:
        self.crashed, self.crash_reason = True, RuntimeError("consumer died")
        self._over.set()

    async def stop(self) -> None:
        self.stopped = True
        if self._task is not None:
            self._task.cancel()


class Hosting:
    def __init__(self, *fails: Exception | None) -> None:
        self.fails = list(fails)
        self.apps: list[FakeApp] = []
        self.loop = FakeLoop()
        self.health = Health("metrics", "m")
        self.host = FaustHost(prepare=self.prepare, loop=self.loop, new_app=self.new_app, health=self.health)
        self.prepared = False

    async def prepare(self) -> None:
        self.prepared = True

    def new_app(self, batches: Callable[[], Awaitable[None]]) -> Any:
        self.apps.append(FakeApp(batches, self.fails.pop(0) if self.fails else None))
        return self.apps[-1]

    async def until(self, claim: Callable[[], bool]) -> None:
        async with asyncio.timeout(3):
            while not claim():  # noqa: ASYNC110  # a claim has no event to wait for
                await asyncio.sleep(0.005)


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host, "AGAIN_SECONDS", 0.01)


async def test_a_crashed_app_is_followed_by_another_and_the_batch_loop_goes_on() -> None:
    hosting = Hosting(ConnectionError("Kafka is away"))
    running = asyncio.create_task(hosting.host.run())
    await hosting.until(lambda: hosting.loop.runs == 1 and hosting.health.ready)
    assert len(hosting.apps) == 2
    hosting.apps[-1].crash()
    await hosting.until(lambda: len(hosting.apps) == 3 and hosting.health.ready)
    assert hosting.health.last_error == "RuntimeError: consumer died"
    assert hosting.loop.runs == 1
    hosting.host.stop()
    await asyncio.wait_for(running, 3)
    assert all(app.stopped for app in hosting.apps)
    assert hosting.prepared


async def test_a_fault_in_the_batch_loop_ends_the_process() -> None:
    hosting = Hosting()
    running = asyncio.create_task(hosting.host.run())
    await hosting.until(lambda: hosting.loop.runs == 1)
    hosting.loop.error = ValueError("a bug")
    hosting.loop.stop()
    with pytest.raises(ValueError, match="a bug"):
        await asyncio.wait_for(running, 3)


async def test_stopping_before_the_first_start_does_not_wait() -> None:
    hosting = Hosting(*[ConnectionError("away")] * 1000)
    running = asyncio.create_task(hosting.host.run())
    await hosting.until(lambda: len(hosting.apps) > 1)
    hosting.host.stop()
    await asyncio.wait_for(running, 3)
    assert hosting.loop.runs == 0
