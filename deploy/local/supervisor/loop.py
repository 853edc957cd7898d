"""The supervisor itself: brings a home up, keeps it up, follows a new `wanted.json`, stops it in order."""

import asyncio
import os
from collections.abc import Callable, Iterable

import httpx
import psutil

from .. import ports, processes
from ..calls import NoAnswer, Refused
from ..errors import LocalError, died_at_start
from ..places import Home
from ..processes import Running
from . import plan, record
from .keeper import Keeper
from .parts import REAL, Parts
from .plan import Member
from .record import State, Wanted
from .stores import Stores
from .words import note, unpublished, waited_for

TICK_SECONDS = 0.2
LOOK_SECONDS = 1.0
SERVER_READY_SECONDS = 120.0
SERVICES_READY_SECONDS = 180.0
KEYS_READ_SECONDS = 15.0
HALTED_SECONDS = 20.0
LOG_SECONDS = 30.0
STOP_SECONDS = {"service": 12.0, "kafka": 20.0, "mongod": 20.0}


class Supervisor:
    """One home's. `parts` is what it is made of; tests pass their own."""

    def __init__(self, home: Home, wanted: Wanted, client: httpx.AsyncClient, parts: Parts = REAL) -> None:
        self._home = home
        self._wanted = wanted
        self._client = client
        self._parts = parts
        self._keepers: dict[str, Keeper] = {}
        self._looking: dict[str, asyncio.Task[None]] = {}
        self._loop = asyncio.get_running_loop()
        self.stopping = asyncio.Event()
        self._stores = Stores(wanted, parts.looks)
        self._earlier = {entry.name: entry for entry in (record.read_state(home) or _nothing(wanted)).processes}
        self.state = _nothing(wanted)

    async def run(self) -> int:
        """Until SIGTERM or SIGINT (exit 0), or until the first start failed (exit 1: what was started is stopped)."""
        self._say(phase="starting", answered="", failure=None, notes=())
        code = 0
        stopping = asyncio.create_task(self.stopping.wait())
        try:
            first = asyncio.create_task(self._first_start())
            await asyncio.wait([first, stopping], return_when=asyncio.FIRST_COMPLETED)
            if first.done():
                first.result()
                following = asyncio.create_task(self._follow())
                await asyncio.wait([following, stopping], return_when=asyncio.FIRST_COMPLETED)
                await _cancel(following)
            else:
                await _cancel(first)
        except LocalError as error:
            code = 1
            self._say(failure=(error.zh, error.en))
        finally:
            stopping.cancel()
            await self._stop()
            self._stores.close()
        self._say(phase="failed" if code else "stopped", answered=self._wanted.asked)
        return code

    async def _first_start(self) -> None:
        self._watch_store("kafka")
        self._watch_store("mongod")
        servers = self._parts.servers(self._home, self._wanted, self._stores.looks, self._jars_arrived)
        services = self._parts.services(self._home, self._wanted, self._client)
        self._say(doing=("准备 Kafka 与 MongoDB", "preparing Kafka and MongoDB"))
        keepers = await asyncio.gather(*map(self._prepare, [*servers, *services]))
        adopted = {keeper.name for keeper in keepers if keeper.adopt(self._earlier.get(keeper.name), self._now())}
        await self._clean(keeper.running for keeper in keepers)
        wanted_ports = plan.server_ports(self._wanted) | plan.instances(self._wanted)
        await asyncio.to_thread(
            ports.require_free,
            {name: port for name, port in wanted_ports.items() if name.removesuffix(" (controller)") not in adopted},
        )
        healing = asyncio.create_task(self._heal_for_ever())
        try:
            self._say(doing=("启动 Kafka 与 MongoDB", "starting Kafka and MongoDB"))
            self._keep(keeper for keeper in keepers if keeper.member.kind == "server" or keeper.name in adopted)
            await self._until(lambda: self._stores.serve, SERVER_READY_SECONDS, lambda: self._stores.waited_for)
            self._keep(keepers)
            await self._settle()
        except BaseException:
            await _cancel(healing)
            raise
        self._looking["healing"] = healing
        self._looking["logs"] = asyncio.create_task(self._bound_logs())

    async def _follow(self) -> None:
        """Do what each later `up` asks; what fails there is said, and the rest goes on."""
        while True:
            wanted = record.read_wanted(self._home)
            if wanted is not None and wanted.asked != self._wanted.asked:
                self._wanted = wanted
                self._say(phase="starting", wanted=wanted, failure=None, notes=())
                try:
                    await self._rescale()
                    await self._settle()
                except LocalError as error:
                    self._say(phase="failed", answered=wanted.asked, failure=(error.zh, error.en))
            await asyncio.sleep(TICK_SECONDS)

    async def _rescale(self) -> None:
        members = self._parts.services(self._home, self._wanted, self._client)
        names = {member.name for member in members}
        gone = [k for k in self._keepers.values() if k.member.kind == "service" and k.name not in names]
        await self._drop(gone)
        fresh = [member for member in members if member.name not in self._keepers]
        ports.require_free({member.name: member.port for member in fresh})
        self._keep([await self._prepare(member) for member in fresh])

    async def _settle(self) -> None:
        """All services ready, keys and street published. LocalError where they do not come up."""
        services = [keeper for keeper in self._keepers.values() if keeper.member.kind == "service"]
        self._say(doing=("等待各服务就绪", "waiting for the services"), total=len(services))

        stood = self._now()

        def settled(*names: str) -> bool:
            nonlocal stood
            self._say(done=sum(keeper.settled for keeper in services))
            halted = any(keeper.seen.status == "halted" for keeper in services)
            stood = stood if halted else self._now()
            # what waits for the share of one that is halted waits in vain, and its reason has to be said
            in_vain = self._now() - stood > HALTED_SECONDS
            return in_vain or all(keeper.settled for keeper in services if keeper.name in names or not names)

        def routing_settled() -> bool:
            return settled("routing-1")

        failure: tuple[str, str] | None = None
        deadline = self._now() + SERVICES_READY_SECONDS
        while True:
            await self._until(routing_settled, SERVICES_READY_SECONDS, lambda: waited_for(services))
            try:
                await self._seed()
                break
            except (NoAnswer, Refused) as error:
                passing = isinstance(error, NoAnswer) or error.status == 503
                if passing and self._now() <= deadline:
                    await asyncio.sleep(TICK_SECONDS)  # it went away after it had been ready, and is started again
                    continue
                failure = unpublished(error)
                break
            except LocalError as error:
                failure = unpublished(error)
                break
        await self._until(settled, SERVICES_READY_SECONDS, lambda: waited_for(services))
        await self._keys_read({k.name: f"http://127.0.0.1:{k.member.port}" for k in services if k.seen.ready})
        notes = tuple(note(keeper) for keeper in services if keeper.seen.status == "halted" or not keeper.settled)
        self._say(phase="ready", answered=self._wanted.asked, doing=("", ""), notes=notes, failure=failure)

    async def _seed(self) -> None:
        routing = self._keepers.get("routing-1")
        if routing is not None and routing.seen.ready:
            self._say(phase="seeding", doing=("登记密钥与街道目录", "publishing keys and the street's directory"))
            await asyncio.to_thread(self._parts.seed, self._home, f"http://127.0.0.1:{routing.member.port}")

    async def _keys_read(self, addresses: dict[str, str]) -> None:
        """A person's first call must not meet a service that has not read the key yet. Not fatal if it does."""
        deadline = self._now() + KEYS_READ_SECONDS
        while self._now() < deadline:
            try:
                if await asyncio.to_thread(self._parts.keys_known, self._home, addresses):
                    return
            except LocalError:
                pass  # one was just restarted
            await asyncio.sleep(TICK_SECONDS)

    async def _until(self, held: Callable[[], bool], seconds: float, waited_for: Callable[[], str]) -> None:
        deadline = self._now() + seconds
        while not held():
            for keeper in self._keepers.values():
                if keeper.hopeless:
                    raise died_at_start(keeper.name, keeper.program.log, keeper.last_end or "?")
            if self._now() > deadline:
                raise LocalError(
                    f"{seconds:.0f} 秒内未就绪：{waited_for()}。请看 mingshao logs，然后重试 mingshao up。",
                    f"Not ready within {seconds:.0f} s: {waited_for()}. See mingshao logs, then try mingshao up again.",
                )
            await asyncio.sleep(TICK_SECONDS)

    async def _heal_for_ever(self) -> None:
        while True:
            now = self._now()
            since = self._stores.since(now)
            for keeper in list(self._keepers.values()):
                if keeper.heal(since, now):
                    self._say()
            await asyncio.sleep(TICK_SECONDS)

    async def _bound_logs(self) -> None:
        """Of the servers; services bound their own."""
        while True:
            for keeper in list(self._keepers.values()):
                if keeper.member.kind == "server":
                    await asyncio.to_thread(processes.bound_log, keeper.program.log)
            await asyncio.sleep(LOG_SECONDS)

    async def _prepare(self, member: Member) -> Keeper:
        program = await asyncio.to_thread(member.prepare)
        return Keeper(member, program, self._home.path)

    def _keep(self, keepers: Iterable[Keeper]) -> None:
        for keeper in keepers:
            if keeper.name in self._keepers:
                continue
            keeper.start(self._now())
            self._keepers[keeper.name] = keeper
            if keeper.member.kind == "service":
                self._looking[keeper.name] = asyncio.create_task(self._look_for_ever(keeper))
        self._say()

    def _watch_store(self, name: str) -> None:
        async def look_for_ever() -> None:
            while True:
                seen = await self._stores.look(name)
                if (keeper := self._keepers.get(name)) is not None:
                    keeper.saw(seen, self._now())
                await asyncio.sleep(LOOK_SECONDS if seen.ready else TICK_SECONDS)

        self._looking[name] = asyncio.create_task(look_for_ever())

    async def _look_for_ever(self, keeper: Keeper) -> None:
        while True:
            keeper.saw(await keeper.member.look(), self._now())
            await asyncio.sleep(LOOK_SECONDS if keeper.seen.ready else TICK_SECONDS)

    def _jars_arrived(self, here: int, total: int) -> None:
        doing = ("下载 Kafka 的 jar 包", "fetching Kafka's jars") if here < total else self.state.doing
        self._loop.call_soon_threadsafe(lambda: self._say(doing=doing, done=here, total=total))

    async def _clean(self, adopted: Iterable[Running | None]) -> None:
        """Stop what an earlier supervisor left behind and we do not take over."""
        ours = {process.pid for process in adopted if process is not None}
        strays = [process for process in processes.of_home(self._home.path) if process.pid not in ours]
        services = [process for process in strays if process.name not in STOP_SECONDS]
        await asyncio.to_thread(processes.stop, services, STOP_SECONDS["service"])
        await asyncio.to_thread(processes.stop, strays, STOP_SECONDS["kafka"])

    async def _drop(self, keepers: list[Keeper]) -> None:
        for keeper in keepers:
            keeper.leaving = True
            if task := self._looking.pop(keeper.name, None):
                await _cancel(task)
        running = [keeper.running for keeper in keepers if keeper.running is not None]
        seconds = max((STOP_SECONDS.get(process.name, STOP_SECONDS["service"]) for process in running), default=0)
        await asyncio.to_thread(processes.stop, running, seconds)
        for keeper in keepers:
            self._keepers.pop(keeper.name)
        self._say()

    async def _stop(self) -> None:
        """Services first, at once; then Kafka, then mongod."""
        self._say(phase="stopping")
        for name in ("healing", "logs", "kafka", "mongod"):
            if task := self._looking.pop(name, None):
                await _cancel(task)
        keepers = list(self._keepers.values())
        await self._drop([keeper for keeper in keepers if keeper.member.kind == "service"])
        await self._drop([keeper for keeper in keepers if keeper.name == "kafka"])
        await self._drop([keeper for keeper in keepers if keeper.name == "mongod"])

    def _say(self, **changes: object) -> None:
        fields = {name: getattr(self.state, name) for name in State.__struct_fields__}
        entries = tuple(keeper.entry() for keeper in self._keepers.values())
        state = State(**(fields | {"processes": entries} | changes))
        if state != self.state:
            self.state = state
            record.write(self._home, state)

    def _now(self) -> float:
        return self._loop.time()


def _nothing(wanted: Wanted) -> State:
    me = psutil.Process()
    running = Running(name="supervisor", pid=os.getpid(), started=me.create_time(), port=0)
    return State(supervisor=running, wanted=wanted)


async def _cancel(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
