"""`routing rebuild`: routing's store again from the log, for when it was lost or is older than the log."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import msgspec
import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from ..places import Home
from ..supervisor import record
from ..supervisor.record import Wanted
from . import arrival, program
from .group import Commands
from .show import HomeOption, console, home_of, say

app = typer.Typer(cls=Commands, help="分办服务  The routing service", no_args_is_help=True)


@app.callback()
def routing() -> None:
    """分办服务  The routing service."""


@app.command("rebuild")
def rebuild(
    yes: Annotated[bool, typer.Option("--yes", "-y", help="不询问  Do not ask")] = False, home: HomeOption = None
) -> None:
    """从日志重建分办的数据库  Make routing's store again from the log. Kafka and MongoDB must run: mingshao up."""
    place = home_of(home)
    wanted = program.require_up(place)
    if not yes:
        say("将停止分办，清空其数据库并从日志重建。", "Routing is stopped, its database dropped and made from the log.")
        typer.confirm("确定吗？ Are you sure?", abort=True)
    columns = (TextColumn("重建 rebuilding"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with (
        _stopped(place, wanted),
        Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress,
    ):
        task = progress.add_task("", total=None)
        for line in program.lines(place, wanted, "routing", "rebuild"):
            done, _, total = line.partition(" ")
            progress.update(task, completed=int(done), total=int(total))
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
