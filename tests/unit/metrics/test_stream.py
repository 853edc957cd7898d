"""The way in: the fold, the control commands, and a Faust app that is kept running."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any, cast

import msgspec
import pytest

from services.contracts.codec import Event
from services.contracts.directory import DirectoryChanged
from services.metrics.adapters.generations import FIRST, cells_of
from services.metrics.adapters.sheets import sheet_id, writes
from services.metrics.alerts import Summary
from services.metrics.domain.cells import Place, Sums
from services.metrics.domain.watermark import Watermark
from services.metrics.stream import host
from services.metrics.stream.alerts import AlertWatch
from services.metrics.stream.control import CheckAlerts, Control, LogLevel, Refresh
from services.metrics.stream.facts import FactReader, unmarked
from services.metrics.stream.host import FaustHost
from services.runtime.batches import Batch, Incoming
from services.runtime.health import Health

from .cases import at, worked_example
from .test_worked_example import SHANGHAI
from .waiting import until


def incoming(data: Any) -> Incoming:
    event = Event(id="1", source="s", time=at("03-30 00:00"), data=data)
    return Incoming(topic="cases", partition=0, offset=0, timestamp=at("03-30 00:00"), key="k", event=event)


async def test_a_batch_writes_each_sheet_once_and_sheets_without_change_not_at_all() -> None:
    facts = worked_example().facts
    batch = Batch(partition=3, number=1, records=[], next_seq=7)
    fold = (await FactReader(SHANGHAI, partial(writes, FIRST), unmarked).load([batch]))[3]
    for fact in facts:
        assert fold.apply(incoming(fact)) == ()
    operations = fold.writes()[cells_of(FIRST)]
    ids = [operation._filter["_id"] for operation in operations]
    assert len(ids) == len(set(ids))
    assert 'cohort/department/2026-03-29T16:00/"b"/3' in ids
    assert 'cohort/department/2026-03-29T16:00/"a"/3' not in ids
    assert fold.next_seq == 7


async def test_what_is_no_fact_is_refused_and_leaves_the_fold_as_it_was() -> None:
    batch = Batch(partition=0, number=1, records=[], next_seq=1)
    fold = (await FactReader(SHANGHAI, partial(writes, FIRST), unmarked).load([batch]))[0]
    with pytest.raises(ValueError, match="DirectoryChanged"):
        fold.apply(incoming(DirectoryChanged(kind="channel", id="x", version=1)))
    with pytest.raises(ValueError, match="NoneType"):
        fold.apply(msgspec.structs.replace(incoming(worked_example().facts[0]), event=None))
    assert fold.writes()[cells_of(FIRST)] == []


def test_no_two_sheets_have_one_id_and_no_two_cells_one_place_on_a_sheet() -> None:
    sums = Sums()
    odd = ["a", "b", "a/b", "a.b", "a%2Eb", "$a", '"', "a,b", "none"]
    hour = at("03-30 00:00")
    sums.add((Place("flow", hour, (x, y, z, x + y, z)), {"closed": 1}) for x in odd for y in odd for z in odd)
    sheets = sums.sheets()
    ids = {sheet_id(partition, sheet) for partition in (0, 1) for sheet in sheets}
    assert len(ids) == 2 * len(sheets) == 2 * sums.size
    operations = writes(FIRST, 0, sheets)[cells_of(FIRST)]
    written = sum(len(cast(Mapping[str, Any], one._doc)["$inc"]) for one in operations)
    assert written == sum(map(len, sheets.values())) == len(sums.cells())


class Totals:
    def __init__(self) -> None:
        self.broken = False

    async def __call__(self) -> dict[str, tuple[float, float]]:
        if self.broken:
            raise RuntimeError("away")
        return {"handled": (3, 4)}


class Judging:
    """What a process's watch over alerts rests on."""

    def __init__(self, health: Health) -> None:
        self.owned = frozenset({0, 2})
        self.upto: datetime | None = at("03-30 00:00")
        self.judged: list[datetime] = []
        self.behind = timedelta()
        self.went_on = True
        self.away = False
        self.summary = Summary(standing={"low": 2, "rise": 0}, broken=1, judged_at=at("03-30 00:00"))
        self.watch = AlertWatch(health.registry, lambda: self.owned, self.counted, self.check, self.read)

    def counted(self) -> Watermark:
        asked = self.upto or at("03-30 00:00")
        return Watermark(asked_at=asked + self.behind, counted_up_to=self.upto)

    async def check(self, now: datetime) -> bool:
        self.judged.append(now)
        if self.away:
            raise RuntimeError("away")
        return self.went_on

    async def read(self) -> Summary:
        if self.away:
            raise RuntimeError("away")
        return self.summary


async def test_alerts_are_judged_on_command_by_the_owner_of_the_first_partition_alone() -> None:
    health = Health("metrics", "m")
    judging = Judging(health)
    control = Control(health.registry, Totals(), judging.watch)
    command = control.check_alerts()
    assert command == msgspec.json.encode(CheckAlerts())
    judging.owned = frozenset({1})
    await control.obey(command)
    judging.owned, judging.upto = frozenset({0}), None
    await control.obey(command)
    assert judging.judged == [], "up to where the log is read is not known"
    judging.upto = at("03-30 01:00")
    await control.obey(command)
    assert judging.judged == [at("03-30 01:00")], "now is what is read up to"
    judging.went_on = False
    await control.obey(command)
    judging.away = True
    await control.obey(command)
    await control.refresh()
    assert len(judging.judged) == 3, "what is away does not stop the agent"


async def test_what_stands_is_told_to_prometheus_and_rules_that_are_gone_are_not() -> None:
    health = Health("metrics", "m")
    judging = Judging(health)
    control = Control(health.registry, Totals(), judging.watch)
    await control.obey(msgspec.json.encode(CheckAlerts()))

    def value(name: str, **labels: str) -> float | None:
        return health.registry.get_sample_value(name, labels)

    assert value("mingshao_alerts_standing", rule="low") == 2
    assert value("mingshao_alerts_standing", rule="rise") == 0
    assert value("mingshao_alerts_broken") == 1
    assert value("mingshao_alerts_judged_time") == at("03-30 00:00").timestamp()
    judging.away = True
    await control.refresh()
    assert value("mingshao_alerts_standing", rule="low") == 2
    judging.away, judging.summary = False, Summary(standing={"rise": 1}, broken=0, judged_at=None)
    await control.refresh()
    assert value("mingshao_alerts_standing", rule="low") is None
    assert value("mingshao_alerts_standing", rule="rise") == 1


def test_alerts_are_due_once_a_minute_and_at_once_after_the_partition_was_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    judging, now = Judging(Health("metrics", "m")), 1_000.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    found = []
    for seconds, owned in ((0, {0}), (2, {0}), (59, {0}), (60, {0}), (62, {1}), (64, {0}), (66, {0})):
        now, judging.owned = 1_000.0 + seconds, frozenset(owned)
        found.append(judging.watch.due())
    assert found == [True, False, False, True, False, True, False]
    judging.upto, now = None, 2_000.0
    assert not judging.watch.due()
    judging.upto = at("03-30 00:00")
    assert judging.watch.due(), "as soon as it is known"


async def test_commands_are_obeyed_and_nonsense_is_passed_over() -> None:
    health, found = Health("metrics", "m"), Totals()
    control = Control(health.registry, found, Judging(health).watch)
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


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host, "AGAIN_SECONDS", 0.01)


async def test_a_crashed_app_is_followed_by_another_and_the_batch_loop_goes_on() -> None:
    hosting = Hosting(ConnectionError("Kafka is away"))
    running = asyncio.create_task(hosting.host.run())
    await until(lambda: hosting.loop.runs == 1 and hosting.health.ready)
    assert len(hosting.apps) == 2
    hosting.apps[-1].crash()
    await until(lambda: len(hosting.apps) == 3 and hosting.health.ready)
    assert hosting.health.last_error == "RuntimeError: consumer died"
    assert hosting.loop.runs == 1
    hosting.host.stop()
    await asyncio.wait_for(running, 3)
    assert all(app.stopped for app in hosting.apps)
    assert hosting.prepared


async def test_a_fault_in_the_batch_loop_ends_the_process() -> None:
    hosting = Hosting()
    running = asyncio.create_task(hosting.host.run())
    await until(lambda: hosting.loop.runs == 1)
    hosting.loop.error = ValueError("a bug")
    hosting.loop.stop()
    with pytest.raises(ValueError, match="a bug"):
        await asyncio.wait_for(running, 3)


async def test_stopping_before_the_first_start_does_not_wait() -> None:
    hosting = Hosting(*[ConnectionError("away")] * 1000)
    running = asyncio.create_task(hosting.host.run())
    await until(lambda: len(hosting.apps) > 1)
    hosting.host.stop()
    await asyncio.wait_for(running, 3)
    assert hosting.loop.runs == 0
