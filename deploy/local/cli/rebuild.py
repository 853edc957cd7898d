"""`routing rebuild`: routing's store again from the log, for when it was lost or is older than the log."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import msgspec
import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from .. import ports
from ..errors import LocalError
from ..places import ROOT, Home
from ..supervisor import plan, record
from ..supervisor.record import Wanted
from . import arrival
from .show import HomeOption, console, home_of, say

app = typer.Typer(help="分办服务  The routing service", no_args_is_help=True)


@app.callback()
def routing() -> None:
    """分办服务  The routing service."""


@app.command("rebuild")
def rebuild(
    yes: Annotated[bool, typer.Option("--yes", "-y", help="不询问  Do not ask")] = False, home: HomeOption = None
) -> None:
    """从日志重建分办的数据库  Make routing's store again from the log. Kafka and MongoDB must run: mingshao up."""
    place = home_of(home)
    wanted = record.read_wanted(place)
    if wanted is None or not record.is_supervised(place):
        raise LocalError("没有运行。请先运行 mingshao up。", "Nothing runs. Start it first: mingshao up")
    if not yes:
        say("将停止分办，清空其数据库并从日志重建。", "Routing is stopped, its database dropped and made from the log.")
        typer.confirm("确定吗？ Are you sure?", abort=True)
    with _stopped(place, wanted):
        _run(place, wanted)
    say("已重建。", "Made again.", "green")


@contextmanager
def _stopped(place: Home, wanted: Wanted) -> Iterator[None]:
    _ask(place, msgspec.structs.replace(wanted, scale={**wanted.scale, "routing": 0}))
    try:
        yield
    finally:
        _ask(place, wanted)


def _ask(place: Home, wanted: Wanted) -> None:
    asked = msgspec.structs.replace(wanted, asked=f"{time.time():.6f}")
    record.write(place, asked)
    arrival.wait(place, asked, None)


def _run(place: Home, wanted: Wanted) -> None:
    port = ports.service_port(wanted.port_base, "routing", 1)
    columns = (TextColumn("重建 rebuilding"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with (
        Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress,
        subprocess.Popen(
            [sys.executable, "-m", "services.routing", "rebuild"],
            cwd=ROOT,
            env=os.environ | plan.environment(place, wanted, "routing-1", port),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process,
    ):
        task = progress.add_task("", total=None)
        for line in process.stdout or ():
            done, _, total = line.partition(" ")
            progress.update(task, completed=int(done), total=int(total))
        why = (process.stderr.read() if process.stderr else "").strip()
    if process.returncode:
        last = why.splitlines()[-1] if why else "?"
        raise LocalError(f"重建失败，可以再试：{last}", f"It failed, and may be tried again: {last}")
