"""The supervisor with tiny services of its own: brings up, heals, adopts, follows, stops."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy.local import ports, probes, processes
from deploy.local.calls import NoAnswer, Refused
from deploy.local.errors import LocalError
from deploy.local.places import Home
from deploy.local.processes import Program, Running
from deploy.local.supervisor import loop, plan, record, watch
from deploy.local.supervisor.loop import Supervisor
from deploy.local.supervisor.parts import Parts
from deploy.local.supervisor.plan import Member
from deploy.local.supervisor.record import Entry, State, Wanted
from deploy.local.supervisor.watch import Seen
from tests.conftest import free_port_base

FAKE = Path(__file__).with_name("fake_service.py")


class Stage:
    """A home, and what its fake services are told."""

    def __init__(self, path: Path) -> None:
        self.home = Home(path).make()
        self.base = free_port_base()
        self.stores = True
        self.seeded: list[str] = []
        self.refusals: list[LocalError] = []
        self.supervisor: Supervisor

    def tell(self, name: str, **orders: Any) -> None:
        fresh = self.home.path / f"{name}.new"
        fresh.write_text(json.dumps(orders))
        fresh.replace(self.home.path / f"{name}.json")

    def want(self, asked: str, **scale: int) -> Wanted:
        wanted = Wanted(port_base=self.base, scale=scale, asked=asked)
        record.write(self.home, wanted)
        return wanted

    @property
    def state(self) -> State:
        found = record.read_state(self.home)
        assert found is not None
        return found

    def entry(self, name: str) -> record.Entry:
        return next(entry for entry in self.state.processes if entry.name == name)

    def pid(self, name: str) -> int | None:
        running = self.entry(name).running
        return running.pid if running else None

    def member(self, name: str, port: int, kind: Any, client: httpx.AsyncClient) -> Member:
        command = (sys.executable, "-S", str(FAKE), str(port), str(self.home.path / f"{name}.json"))
        program = Program(name=name, command=command, port=port, log=self.home.log(name), folder=self.home.path)

        async def look() -> Seen:
            return await probes.service(client, port)

        return Member(name=name, kind=kind, port=port, prepare=lambda: program, look=look)

    def parts(self, client: httpx.AsyncClient) -> Parts:
        async def store() -> Seen:
            return Seen(answered=self.stores, ready=self.stores)

        def services(_: Home, wanted: Wanted, client: httpx.AsyncClient) -> list[Member]:
            names = {n: p for n, p in plan.instances(wanted).items() if n.startswith(("intake", "routing"))}
            return [self.member(name, port, "service", client) for name, port in names.items()]

        return Parts(
            servers=lambda *_: [self.member("mongod", self.base + ports.MONGOD, "server", client)],
            services=services,
            looks={"kafka": store, "mongod": store},
            seed=self.seed,
            keys_known=lambda *_: True,
        )

    def seed(self, _: Home, routing: str) -> None:
        if self.refusals:
            raise self.refusals.pop(0)
        self.seeded.append(routing)

    @asynccontextmanager
    async def supervised(self, wanted: Wanted) -> AsyncIterator["asyncio.Task[int]"]:
        async with httpx.AsyncClient(timeout=0.5, trust_env=False) as client:
            self.supervisor = Supervisor(self.home, wanted, client, self.parts(client))
            task = asyncio.create_task(self.supervisor.run())
            try:
                yield task
            finally:
                self.supervisor.stopping.set()
                await task

    async def until(self, claim: Callable[[], bool], seconds: float = 20) -> None:
        deadline = asyncio.get_running_loop().time() + seconds
        while True:
            with suppress(AssertionError, StopIteration):
                if claim():
                    return
            assert asyncio.get_running_loop().time() < deadline, "the claim did not come to hold in time"
            await asyncio.sleep(0.02)

    async def ready(self, asked: str) -> None:
        await self.until(lambda: self.state.answered == asked and self.state.phase == "ready")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "TICK_SECONDS", 0.02)
    monkeypatch.setattr(loop, "LOOK_SECONDS", 0.03)
    monkeypatch.setattr(watch, "BACKOFF_SECONDS", (0.02, 0.1))


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path / "home")


async def test_all_come_up_the_street_is_published_and_services_stop_before_servers(stage: Stage) -> None:
    async with stage.supervised(stage.want("1")) as task:
        await stage.ready("1")
        assert stage.seeded == [f"http://127.0.0.1:{stage.base + 2}"]
        assert [entry.name for entry in stage.state.processes] == ["mongod", "intake-1", "routing-1"]
        pids = [stage.pid(name) for name in ("mongod", "intake-1", "routing-1")]
        stage.supervisor.stopping.set()
        await stage.until(lambda: [entry.name for entry in stage.state.processes] == ["mongod"])
        assert await task == 0
    assert stage.state.phase == "stopped"
    assert processes.of_home(stage.home.path) == []
    assert all(pids)


async def test_a_routing_that_went_away_again_is_waited_for_and_then_told(stage: Stage) -> None:
    stage.refusals = [NoAnswer("", "connection refused"), Refused(503, "", "waits for Kafka")]
    async with stage.supervised(stage.want("1")):
        await stage.ready("1")
        assert (len(stage.seeded), stage.refusals) == (1, [])


@pytest.mark.parametrize("refusal", [Refused(422, "", "no such department"), LocalError("", "no such department")])
async def test_a_street_that_is_refused_is_said_and_stops_nothing(stage: Stage, refusal: LocalError) -> None:
    stage.refusals = [refusal]
    async with stage.supervised(stage.want("1")):
        await stage.ready("1")
        pids = [stage.pid(name) for name in ("mongod", "intake-1", "routing-1")]
        assert stage.state.failure is not None
        assert "no such department" in stage.state.failure[1]
        stage.want("2")
        await stage.ready("2")
        assert stage.state.failure is None
        assert [stage.pid(name) for name in ("mongod", "intake-1", "routing-1")] == pids


async def test_a_killed_service_is_started_again(stage: Stage) -> None:
    async with stage.supervised(stage.want("1")):
        await stage.ready("1")
        first = stage.pid("intake-1")
        assert first is not None
        os.kill(first, signal.SIGKILL)
        await stage.until(lambda: stage.pid("intake-1") not in (first, None))
        assert (stage.entry("intake-1").restarts, stage.entry("intake-1").last_end) == (1, "SIGKILL")


async def test_a_stuck_or_silent_service_is_killed_and_started_again(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with stage.supervised(stage.want("1")):
        await stage.ready("1")
        stuck, silent = stage.pid("intake-1"), stage.pid("routing-1")
        monkeypatch.setattr(watch, "STUCK_SECONDS", 0.3)
        stage.tell("intake-1", lag=5, progress=1)
        await stage.until(lambda: stage.pid("intake-1") not in (stuck, None))
        assert stage.entry("intake-1").last_end == "killed: stuck"
        stage.tell("intake-1")
        monkeypatch.setattr(watch, "SILENT_SECONDS", 0.3)
        stage.tell("routing-1", silent=True)
        await stage.until(lambda: stage.pid("routing-1") not in (silent, None))
        assert stage.entry("routing-1").last_end == "killed: silent"


async def test_what_waits_in_vain_for_a_halted_one_is_told_with_its_reason(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "HALTED_SECONDS", 0.3)
    stage.tell("routing-1", status="halted", halted="the log is shorter than the store")
    stage.tell("intake-1", status="waiting", waiting_for="its share of the partitions")
    async with stage.supervised(stage.want("1")):
        await stage.ready("1")
        told = [en for _, en in stage.state.notes]
        assert told == [
            "intake-1 still waits: its share of the partitions",
            "routing-1 is halted and needs a person: the log is shorter than the store",
        ]


async def test_a_halted_service_is_left_alone_and_said(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "STUCK_SECONDS", 0.1)
    stage.tell("intake-1", status="halted", halted="look at me", lag=5)
    async with stage.supervised(stage.want("1")):
        await stage.ready("1")
        assert "look at me" in stage.state.notes[0][0]
        await asyncio.sleep(0.5)
        assert stage.entry("intake-1").restarts == 0


async def test_nothing_is_held_against_anybody_while_a_store_is_away(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with stage.supervised(stage.want("1")):
        await stage.ready("1")
        stage.stores = False
        await asyncio.sleep(0.2)
        monkeypatch.setattr(watch, "STUCK_SECONDS", 0.2)
        stage.tell("intake-1", lag=5)
        await asyncio.sleep(0.6)
        assert stage.entry("intake-1").restarts == 0
        stage.stores = True
        await stage.until(lambda: stage.entry("intake-1").restarts == 1)


async def test_a_service_that_dies_at_start_fails_the_whole_start(stage: Stage) -> None:
    stage.tell("intake-1", die=True)
    async with stage.supervised(stage.want("1")) as task:
        assert await asyncio.wait_for(asyncio.shield(task), 20) == 1
    assert (stage.state.phase, stage.state.answered) == ("failed", "1")
    assert stage.state.failure is not None
    assert "told to die" in stage.state.failure[1]
    assert processes.of_home(stage.home.path) == []


async def test_a_port_in_use_fails_the_start_and_names_it(stage: Stage) -> None:
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", stage.base + 1)
    async with server, stage.supervised(stage.want("1")) as task:
        assert await asyncio.wait_for(asyncio.shield(task), 20) == 1
    assert stage.state.failure is not None
    assert str(stage.base + 1) in stage.state.failure[0]


async def test_a_killed_supervisors_children_are_adopted_and_strays_are_stopped(stage: Stage) -> None:
    async with httpx.AsyncClient(timeout=0.5, trust_env=False) as client:
        left: dict[str, Running] = {}
        entries = []
        for name, port in {"mongod": 93, "intake-1": 1, "routing-1": 2, "routing-7": 62}.items():
            program = stage.member(name, stage.base + port, "service", client).prepare()
            left[name] = processes.spawn(program, stage.home.path)
            # routing-1 ran with other settings; routing-7 is in no record at all
            print_of = "another" if name == "routing-1" else plan.fingerprint(program)
            entries.append(
                Entry(name=name, port=program.port, log="", running=left[name], fingerprint=print_of, restarts=3)
            )
    nobody = Running(name="supervisor", pid=2**22 + 1, started=0.0, port=0)
    record.write(stage.home, State(supervisor=nobody, wanted=stage.want("1"), processes=tuple(entries[:3])))
    async with stage.supervised(stage.want("2")):
        await stage.ready("2")
        assert {entry.name for entry in stage.state.processes if entry.running == left[entry.name]} == {
            "mongod",
            "intake-1",
        }
        assert stage.entry("intake-1").restarts == 3
        running = [entry.running for entry in stage.state.processes]
        assert {one.pid for one in processes.of_home(stage.home.path)} == {one.pid for one in running if one}


async def test_a_later_up_starts_and_stops_instances(stage: Stage) -> None:
    async with stage.supervised(stage.want("1")):
        await stage.ready("1")
        first = stage.pid("routing-1")
        stage.want("2", routing=2)
        await stage.ready("2")
        assert stage.entry("routing-2").port == stage.base + 12
        stage.want("3")
        await stage.ready("3")
        assert [entry.name for entry in stage.state.processes] == ["mongod", "intake-1", "routing-1"]
        assert stage.pid("routing-1") == first
