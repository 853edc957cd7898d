"""`directory reclock`: what today's policies and calendars would change of open cases, shown before it is done."""

from collections import Counter
from datetime import datetime
from typing import Annotated, Any

import typer
from rich.progress import Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from ..directory import reclocks
from ..directory.service import Calls
from . import directory
from .show import HomeOption, console, say

EXAMPLES = 10


def reclock(
    yes: Annotated[bool, typer.Option("--yes", "-y", help="不询问  Do not ask")] = False,
    url: directory.UrlOption = None,
    home: HomeOption = None,
) -> None:
    """让在办件改按现行政策和日历计时，先看后改  Open cases on today's policies, shown before it is done.

    政策改了，已作的承诺不变；要改，用这条命令。 A changed policy changes no promise until this says so.
    """
    routing = directory.routing(home, url)
    seen = _looked_at(routing)
    if not seen.cases:
        say(f"看过 {seen.looked_at} 件，没有变化。", f"{seen.looked_at} cases looked at, no change.", "green")
        return
    _show(list(seen.cases.values()))
    moved = sum(bool(case["clocks"]) for case in seen.cases.values())
    say(
        f"看过 {seen.looked_at} 件：{len(seen.cases)} 件改按现行政策，其中 {moved} 件到期时间改变。",
        f"{seen.looked_at} cases looked at: {len(seen.cases)} would change, {moved} of them with other due times.",
    )
    if not yes:
        typer.confirm("确定更改吗？ Change it so?", abort=True)
    with _progress() as progress:
        task = progress.add_task("", total=len(seen.cases))
        for done in reclocks.take_over(routing, list(seen.cases)):
            progress.update(task, completed=done)
    say(f"已送出 {len(seen.cases)} 件。", f"{len(seen.cases)} cases told.", "green")


def _looked_at(routing: Calls) -> reclocks.Seen:
    with _progress() as progress:
        task, seen = progress.add_task("", total=None), reclocks.Seen()
        for seen in reclocks.preview(routing):
            progress.update(task, completed=seen.looked_at)
        return seen


def _progress() -> Progress:
    columns = (TextColumn("{task.completed} 件 cases"), TimeElapsedColumn())
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


def _show(cases: list[dict[str, Any]]) -> None:
    """How many of each clock move which way, and the cases that move the most."""
    counts = Counter[tuple[str, str]]()
    for clock in (clock for case in cases for clock in case["clocks"]):
        way = "later" if _moved(clock) > 0 else "earlier"
        counts[clock["clock_zh"], way] += 1
        counts[clock["clock_zh"], "overdue"] += clock["overdue"]
    table = Table("时限 clock", "提前 earlier", "推后 later", "已过期 past due")
    for name in sorted({name for name, _ in counts}):
        table.add_row(name, *(str(counts[name, way]) for way in ("earlier", "later", "overdue")))
    if counts:
        console.print(table)
    moves = [(clock, case) for case in cases for clock in case["clocks"]]
    for clock, case in sorted(moves, key=lambda one: -abs(_moved(one[0])))[:EXAMPLES]:
        console.print(
            f"{case['case_id']}  {case['department'] or '—'}  {clock['clock_zh']}  {clock['due_at']} → "
            f"{clock['would_be_due_at']}",
            soft_wrap=True,
        )


def _moved(clock: dict[str, Any]) -> float:
    then, now = (datetime.fromisoformat(clock[name]) for name in ("due_at", "would_be_due_at"))
    return (now - then).total_seconds()
