"""`key`, `push`, `replay`, `rates`: the commands that use a running deployment."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.progress import Progress
from rich.table import Table

from .. import keys, pushing, street
from ..calls import Refused
from ..errors import LocalError
from .show import HomeOption, JsonOption, caller, console, home_of, in_zone, say, trouble, write_json

SHOWN_PROBLEMS = 20
BASIS = {"handled": "cohort", "replied": "cohort", "on_time": "due", "satisfied": "cohort"}
TITLES = {
    "handled": "办结率 handled",
    "replied": "回复率 replied",
    "on_time": "按时办结率 on time",
    "satisfied": "满意率 satisfied",
}
InputFile = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)]


def key(
    name: Annotated[str, typer.Argument(help="如 source:hotline  Such as source:hotline")], home: HomeOption = None
) -> None:
    """打印本地密钥；没有则生成并登记  Print a local key; one that is absent is made and published."""
    place = home_of(home)
    row = keys.row(name)
    if not keys.exists(place, name):
        street.require_known(place, name, row)
        made = keys.local(place, name)
        try:
            street.publish(caller(place, "routing", "admin"), {"key": {keys.hash_of(made): msgspec.to_builtins(row)}})
        except Refused:
            keys.forget(place, name)  # a key that the directory will not have would stop the next `up` as well
            raise
        except LocalError as error:
            trouble.print(
                f"密钥已生成，尚未登记：下次 mingshao up 时登记。  Made, and published at the next up.\n{error.en}",
                markup=False,
            )
    sys.stdout.write(keys.local(place, name) + "\n")


def push(
    file: InputFile,
    kind: Annotated[str, typer.Option(help="tickets 或 opinions  tickets or opinions")] = "tickets",
    key_name: Annotated[str, typer.Option("--key", help="用哪个密钥  Which key")] = "source:hotline",
    home: HomeOption = None,
) -> None:
    """推送 NDJSON 文件  Push a file of submissions, one JSON object a line."""
    if kind not in ("tickets", "opinions"):
        raise LocalError("--kind 只能是 tickets 或 opinions", "--kind is tickets or opinions")
    intake = caller(home_of(home), "intake", key_name)
    taken = refused = 0
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task("推送 pushing", total=file.stat().st_size)
        for pushed in pushing.push(file, lambda body: pushing.send(intake, f"/v1/{kind}", body)):
            progress.advance(task, pushed.size)
            taken += pushed.taken
            for problem in pushed.problems:
                refused += 1
                if refused <= SHOWN_PROBLEMS:
                    progress.console.print(f"第 {problem.line} 行 line {problem.line}: {problem.text}", markup=False)
    say(f"受理 {taken} 条，退回 {refused} 条。", f"{taken} taken, {refused} not.", "green" if not refused else "yellow")
    if refused:
        raise typer.Exit(1)


def replay(
    file: InputFile,
    more_to_come: Annotated[
        bool, typer.Option("--more-to-come", help="后面还有，时限先不计  More is to come, let no deadline count yet")
    ] = False,
    home: HomeOption = None,
) -> None:
    """按原来的时间重放一段历史  Replay a history in its own times.

    每行一个 JSON：{"kind": "ticket", "key": "source:hotline", "body": …}，或留言与答复，格式见 docs/operations.md。
    One JSON object a line: a call, or a message with its answer, as docs/operations.md has them.
    """
    from deploy.local.replay import replay_command

    raise typer.Exit(replay_command(file, home_of(home).path, more_to_come=more_to_come))


def rates(as_json: JsonOption = False, home: HomeOption = None) -> None:
    """主要指标，及统计截至何时  The main rates, and up to when they count."""
    metrics = caller(home_of(home), "metrics", "dashboard")
    found = [metrics.json("GET", "/v1/rates", params={"rate": rate, "basis": basis}) for rate, basis in BASIS.items()]
    if as_json:
        write_json(found)
        return
    table = Table(
        "指标 rate", "口径 basis", "分子", "分母", "数值 value", "95% 区间 interval", "覆盖 coverage", box=None
    )
    for one in found:
        for row in one["rows"]:
            words = (row["numerator"], row["denominator"], percent(row["value"]), interval(row.get("interval")))
            table.add_row(TITLES[one["rate"]], one["basis"], *map(str, words), coverage(row.get("coverage")))
    console.print(table)
    counted_upto(found)


def counted_upto(found: Sequence[Any]) -> None:
    """Up to when all of them count; a warning where that is behind."""
    upto = [one["counted_up_to"] for one in found]
    if None in upto:
        say("统计截至何时尚不知道，稍后再看。", "Up to when they count is not known yet: look again soon.", "yellow")
        return
    at = in_zone(min(upto))
    if all(one["complete"] for one in found):
        say(f"全部时间，统计截至 {at}。", f"Of all times, counted up to {at}.")
    else:
        say(f"统计落后：截至 {at}，数字会变。", f"Counting is behind: up to {at}; the figures will change.", "yellow")


def percent(value: float | None) -> str:
    """`96.0%`; a dash where there is nothing to divide by."""
    return "–" if value is None else f"{value:.1%}"


def coverage(found: Any) -> str:
    """`62.0% (1194/1926)`: how many of those who could be asked were."""
    return f"{percent(found['value'])} ({found['numerator']}/{found['denominator']})" if found else ""


def interval(bounds: Any) -> str:
    """`94.1% – 97.3%`."""
    return f"{percent(bounds[0])} – {percent(bounds[1])}" if bounds else ""
