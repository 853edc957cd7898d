"""What runs, as `status` shows it: the supervisor's record beside each process's own word, asked now."""

import asyncio
import re
from math import isnan
from typing import Any

import httpx
import msgspec
from rich.table import Table

from .. import ports, probes, processes
from ..places import Home
from ..supervisor import plan, record
from ..supervisor.record import Entry, State
from ..supervisor.watch import Seen
from .show import console, say

SERVERS = ("kafka", "mongod")
BEHIND_SECONDS = 10.0


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One process. `health` is its own word (ok, waiting, halted, stopping), or silent, down, or absent: it belongs
    here and nobody keeps it. `retries` and `dead_letters` are since its start, `behind_seconds` is of figures."""

    name: str
    pid: int | None
    port: int
    health: str
    lag: int | None = 0
    progress: int = 0
    restarts: int = 0
    waiting_for: str | None = None
    halted: str | None = None
    last_error: str | None = None
    retries: int = 0
    dead_letters: int | None = 0
    behind_seconds: float | None = None

    @property
    def trouble(self) -> str:
        """What a person should know of it first."""
        return self.halted or self.waiting_for or self.last_error or ""


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    """A whole deployment."""

    home: str
    port_base: int | None
    supervisor: int | None
    phase: str
    processes: tuple[Line, ...]

    @property
    def well(self) -> bool:
        """Supervised, and every process that belongs here says ok."""
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
                halted=seen.halted,
                last_error=seen.last_error or entry.last_end,
                **(await _told(client, entry) if seen.answered and entry.name not in SERVERS else {}),
            )

        return [*await asyncio.gather(*map(line, state.processes)), *absent(state)]


def absent(state: State) -> list[Line]:
    """What belongs to a deployment and is kept by nobody: each of our own servers, and of each service at least one,
    also where a `rebuild` that was cut short has left none wanted."""
    least = {f"{service}-1": ports.service_port(state.wanted.port_base, service, 1) for service in ports.SERVICES}
    whole = plan.server_ports(state.wanted) | least | plan.instances(state.wanted)
    kept = {entry.name for entry in state.processes}
    why = "没有运行，也无人看管；运行 mingshao up  It does not run, and nobody keeps it: mingshao up"
    return [
        Line(name=name, pid=None, port=port, health="absent", lag=None, last_error=why)
        for name, port in whole.items()
        if name not in kept and not name.endswith("(controller)")
    ]


async def _told(client: httpx.AsyncClient, entry: Entry) -> dict[str, Any]:
    """Of its numbers for Prometheus those that a person asks for."""
    try:
        said = (await client.get(f"http://127.0.0.1:{entry.port}/metrics")).text
    except httpx.HTTPError:
        return {}
    numbers = {"retries": "mingshao_retries_total", "dead_letters": "mingshao_dead_letters_total"}
    told: dict[str, Any] = {name: int(sum(series(said, metric))) for name, metric in numbers.items()}
    behind = [one for one in series(said, "mingshao_figures_behind_seconds") if not isnan(one)]
    return told | {"behind_seconds": max(behind, default=None)}


def series(said: str, metric: str) -> list[float]:
    """All values of a metric in Prometheus' text form."""
    return [float(value) for value in re.findall(rf"^{metric}(?:\{{[^}}]*\}})? (\S+)", said, re.MULTILINE)]


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
        "死信 dead",
        "重试 retries",
        "停机、等待或最近的错误 halted, waiting or last error",
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
            str(line.dead_letters),
            str(line.retries),
            line.trouble.replace("[", "\\["),
        )
    console.print(table)
    for line in overview.processes:
        if line.behind_seconds is not None and line.behind_seconds > BEHIND_SECONDS:
            behind = round(line.behind_seconds)
            say(f"{line.name} 的数字落后 {behind} 秒。", f"The figures of {line.name} are {behind} s behind.", "yellow")
    if any(line.dead_letters for line in overview.processes):
        say("有处理不了的记录：mingshao dead list", "Records could not be processed: mingshao dead list", "yellow")
