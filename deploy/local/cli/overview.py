"""What runs, as `status` shows it: the supervisor's record beside each process's own word, asked now."""

import asyncio

import httpx
import msgspec
from rich.table import Table

from .. import probes, processes
from ..places import Home
from ..supervisor import plan, record
from ..supervisor.record import Entry, State
from ..supervisor.watch import Seen
from .show import console, say


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One process. `health` is its own word (ok, waiting, halted, stopping), or silent, or down."""

    name: str
    pid: int | None
    port: int
    health: str
    lag: int | None = 0
    progress: int = 0
    restarts: int = 0
    waiting_for: str | None = None
    last_error: str | None = None


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    """A whole deployment."""

    home: str
    port_base: int | None
    supervisor: int | None
    phase: str
    processes: tuple[Line, ...]

    @property
    def well(self) -> bool:
        """Supervised, and every process says ok."""
        return self.supervisor is not None and bool(self.processes) and all(x.health == "ok" for x in self.processes)


def look(home: Home) -> Overview:
    """Ask every process now."""
    state = record.read_state(home)
    if state is None:
        return Overview(home=str(home.path), port_base=None, supervisor=None, phase="never started", processes=())
    supervised = processes.alive(state.supervisor) and record.is_supervised(home)
    return Overview(
        home=str(home.path),
        port_base=state.wanted.port_base,
        supervisor=state.supervisor.pid if supervised else None,
        phase=state.phase if supervised or state.phase in ("stopped", "failed") else "unsupervised",
        processes=tuple(asyncio.run(_lines(state))),
    )


async def _lines(state: State) -> list[Line]:
    async with httpx.AsyncClient(timeout=3.0, trust_env=False) as client:

        async def line(entry: Entry) -> Line:
            running = entry.running if entry.running is not None and processes.alive(entry.running) else None
            seen = await _seen(client, state, entry) if running is not None else Seen(answered=False)
            return Line(
                name=entry.name,
                pid=running.pid if running else None,
                port=entry.port,
                health="down" if running is None else (seen.status or "ok") if seen.answered else "silent",
                lag=seen.lag,
                progress=seen.progress,
                restarts=entry.restarts,
                waiting_for=seen.waiting_for,
                last_error=seen.halted or seen.last_error or entry.last_end,
            )

        return await asyncio.gather(*map(line, state.processes))


async def _seen(client: httpx.AsyncClient, state: State, entry: Entry) -> Seen:
    if entry.name == "kafka":
        return Seen(answered=await asyncio.to_thread(probes.kafka_serves, plan.kafka_bootstrap(state.wanted)))
    if entry.name == "mongod":
        with probes.MongoProbe(entry.port) as mongo:
            return Seen(answered=await asyncio.to_thread(mongo.answers))
    return await probes.service(client, entry.port)


def as_json(overview: Overview) -> str:
    """For programs."""
    return msgspec.json.format(msgspec.json.encode(overview), indent=2).decode()


def show(overview: Overview) -> None:
    """For people."""
    if overview.supervisor is None:
        say(f"没有运行（{overview.phase}）。启动：mingshao up", "Not running. Start it with: mingshao up", "yellow")
        if not any(line.pid for line in overview.processes):
            return
    table = Table(box=None, pad_edge=False)
    for heading in (
        "进程 process",
        "pid",
        "端口 port",
        "状态 health",
        "积压 lag",
        "重启 restarts",
        "最近的错误 last error",
    ):
        table.add_column(heading, justify="right" if heading in ("pid", "积压 lag", "重启 restarts") else "left")
    colours = {"ok": "green", "waiting": "yellow", "stopping": "yellow"}
    for line in overview.processes:
        table.add_row(
            line.name,
            str(line.pid or "–"),
            str(line.port),
            f"[{colours.get(line.health, 'red')}]{line.health}[/]",
            "?" if line.lag is None else str(line.lag),
            str(line.restarts),
            (line.waiting_for or line.last_error or "").replace("[", "\\["),
        )
    console.print(table)
