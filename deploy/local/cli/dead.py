"""`dead list`, `dead show`, `dead replay`: what could not be processed, over each service's own API."""

from typing import Annotated, Any

import typer
from rich.table import Table

from services.contracts.topics import READING_SERVICES as WORKERS

from ..calls import Caller, Refused
from ..errors import LocalError
from ..places import Home
from .group import Commands
from .show import HomeOption, JsonOption, caller, console, home_of, in_zone, say, write_json

app = typer.Typer(cls=Commands, help="死信：处理不了的记录  Records that could not be processed", no_args_is_help=True)
Service = Annotated[str | None, typer.Option("--service", help=f"{', '.join(WORKERS)}；默认全部  Default: all")]
Id = Annotated[str, typer.Argument(metavar="ID", help="dead list 里的编号  As in dead list")]


@app.command("list")
def list_dead(service: Service = None, as_json: JsonOption = False, home: HomeOption = None) -> None:
    """列出  List them."""
    found = [
        {"service": name} | item
        for name in _services(service)
        for item in caller(home_of(home), name, "admin").json("GET", "/v1/dead")["items"]
    ]
    if as_json:
        write_json(found)
        return
    table = Table("服务 service", "id", "主题 topic", "分区@位置", "时间 at", "原因 reason", "已重放", box=None)
    for item in found:
        place = f"{item['partition']}@{item['offset']}"
        done = "✓" if item.get("replayed") else ""
        words = (item["service"], item["id"], item["topic"], place, in_zone(item["at"]), item["reason"], done)
        table.add_row(*(str(word).replace("[", "\\[") for word in words))
    if table.row_count:
        console.print(table)
    else:
        say("没有死信。", "None.", "green")


@app.command("show")
def show_dead(dead_id: Id, service: Service = None, home: HomeOption = None) -> None:
    """看一条  Show one whole."""
    _, item = _find(home_of(home), dead_id, service)
    console.print_json(data=item)


@app.command("replay")
def replay_dead(dead_id: Id, service: Service = None, home: HomeOption = None) -> None:
    """现在处理它  Have one applied now, by its partition's owner."""
    owner, _ = _find(home_of(home), dead_id, service)
    owner.json("POST", f"/v1/dead/{dead_id}/replay")
    say("已请求重放，结果见 mingshao dead list。", "Asked for; see mingshao dead list.", "green")


def _services(service: str | None) -> tuple[str, ...]:
    if service is None:
        return WORKERS
    if service not in WORKERS:
        raise LocalError(
            f"{service} 没有死信；可选 {', '.join(WORKERS)}", f"No dead letters in {service}: {', '.join(WORKERS)}"
        )
    return (service,)


def _find(home: Home, dead_id: str, service: str | None) -> tuple[Caller, Any]:
    found: dict[str, tuple[Caller, Any]] = {}
    for name in _services(service):
        owner = caller(home, name, "admin")
        try:
            found[name] = owner, owner.json("GET", f"/v1/dead/{dead_id}")
        except Refused as refused:
            if refused.status != 404:
                raise
    if not found:
        raise LocalError(f"没有死信 {dead_id}", f"No dead letter {dead_id}; see mingshao dead list")
    if len(found) > 1:
        names = ", ".join(found)
        raise LocalError(
            f"{names} 都有这条死信，请用 --service 指定一个。", f"{names} have this one each: name one with --service."
        )
    return next(iter(found.values()))
