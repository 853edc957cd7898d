"""`metrics rebuild`: all figures counted again from the log, beside those that are read, compared, and put in place."""

from typing import Annotated, Any

import msgspec
import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from ..errors import LocalError
from . import program
from .group import Commands
from .show import HomeOption, console, home_of, say

app = typer.Typer(cls=Commands, help="统计服务  The metrics service", no_args_is_help=True)
Accept = Annotated[
    bool, typer.Option("--accept", help="即使不同也启用新数  Read the fresh figures even where they differ")
]

Anew = Annotated[
    bool, typer.Option("--anew", help="不接着上次，从头统计  From the beginning, not from where one stopped")
]


@app.callback()
def metrics() -> None:
    """统计服务  The metrics service."""


@app.command("rebuild")
def rebuild(accept: Accept = False, anew: Anew = False, home: HomeOption = None) -> None:
    """从日志重新统计，逐格核对后启用  Count all figures again from the log, compare cell by cell, read the fresh ones.

    Metrics goes on meanwhile. What was cut short goes on where it stood.
    """
    place = home_of(home)
    wanted = program.require_up(place)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    wishes = ["--accept"] * accept + ["--anew"] * anew
    ended: dict[str, Any] | None = None
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        counting = progress.add_task("重新统计 counting again", total=None)
        comparing = progress.add_task("逐格核对 comparing", total=None, visible=False)
        for line in program.lines(place, wanted, "metrics", "rebuild", *wishes, fine=(0, 3)):
            told = msgspec.json.decode(line, type=dict[str, Any])
            match told["told"]:
                case "counted":
                    progress.update(counting, completed=told["facts"], total=told["of"])
                case "comparing":
                    progress.update(comparing, completed=told["sheets"], total=told["of"], visible=True)
                case _:
                    ended = told
    assert ended is not None
    _tell(ended)


def _tell(ended: dict[str, Any]) -> None:
    compared = ended["compared"]
    sheets, facts = compared["sheets"], sum(compared["position"].values())
    if ended["equal"]:
        say(
            f"{facts} 条事实重新统计，{sheets} 张表逐格相同，已启用。",
            f"{facts} facts counted again: all {sheets} sheets are the same, and the fresh ones are read from now on.",
            "green",
        )
        return
    table = Table("表 sheet", "格 cell", "现用 read", "新数 fresh", box=None)
    for one in compared["first"]:
        for cell, count in one["read"].items():
            table.add_row(one["sheet"].replace("[", "\\["), cell, str(count), str(one["fresh"][cell]))
    console.print(table)
    differing = compared["differing"]
    if ended["switched"]:
        say(
            f"{sheets} 张表中有 {differing} 张不同，已启用新数。",
            f"{differing} of {sheets} sheets differed; the fresh ones are read from now on.",
            "yellow",
        )
        return
    raise LocalError(
        f"{sheets} 张表中有 {differing} 张不同，仍用旧数。新数来自日志；看过之后加 --accept 启用。",
        f"{differing} of {sheets} sheets differ, so nothing was changed. The fresh ones are what the log says; "
        "once you have looked, run it again with --accept.",
    )
