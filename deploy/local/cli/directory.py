"""`directory diff`, `directory apply`, `directory export`: reference data between files and a running deployment."""

import os
import sys
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.text import Text

from services.contracts.directory import ROW_TYPES

from ..calls import Caller
from ..directory import alerts, files, service, writing
from ..directory.files import Files
from ..directory.rows import Difference, differences
from ..errors import LocalError
from .group import Commands
from .show import HomeOption, JsonOption, caller, console, home_of, say, tell, write_json

LONGEST = 72
app = typer.Typer(
    cls=Commands,
    help="目录：部门、类别、政策、网格等  Departments, categories, policies, grids …",
    no_args_is_help=True,
)
Paths = Annotated[
    list[Path], typer.Argument(metavar="FILE…", exists=True, readable=True, help="YAML 文件或文件夹  Files or folders")
]
UrlOption = Annotated[
    str | None,
    typer.Option(
        "--url",
        help="别处的分办服务，密钥取自 MINGSHAO_ADMIN_KEY  Routing elsewhere, with the key in MINGSHAO_ADMIN_KEY",
        show_default=False,
    ),
]


@app.command("diff")
def diff(paths: Paths, as_json: JsonOption = False, url: UrlOption = None, home: HomeOption = None) -> None:
    """看会改什么，不作更改  What these files would change, row by row; changes nothing."""
    told = files.read(paths)
    there = routing(home, url)
    found = differences(told.rows, service.standing(there, told.rows))
    if as_json:
        write_json([{"kind": one.kind, "id": one.id, "before": one.before, "after": one.after} for one in found])
    elif found:
        show(found)
    if found:
        service.send(there, found, told, dry_run=True)
    elif not as_json:
        say("没有变化。", "No change.", "green")


@app.command("apply")
def apply(
    paths: Paths,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="不询问  Do not ask")] = False,
    url: UrlOption = None,
    home: HomeOption = None,
) -> None:
    """按文件更改目录：全部或全不  Change the directory as these files say, all or nothing.

    文件没有提到的行保留；写 null 的行删除。 Rows that no file speaks of stay; a row of null is removed.
    """
    told = files.read(paths)
    there = routing(home, url)
    found = differences(told.rows, service.standing(there, told.rows))
    if not found:
        say("没有变化。", "No change.", "green")
        return
    show(found)
    service.send(there, found, told, dry_run=True)
    if not yes:
        typer.confirm("确定更改吗？ Change it so?", abort=True)
    version = service.send(there, found, told)
    say(f"已更改 {len(found)} 行。", f"{len(found)} rows changed.", "green")
    rules = {one.id for one in found if one.kind == "alert" and one.after is not None}
    if rules and url is None:
        judge(caller(home_of(home), "metrics", "admin"), version, rules, told)


@app.command("export")
def export(
    target: Annotated[
        Path, typer.Argument(metavar="FILE", help="文件，文件夹（每类一个文件），或 -  A file, a folder, or -")
    ] = Path("-"),
    kind: Annotated[
        list[str] | None, typer.Option(help="只要这类，可多次；默认除 key 外全部  Only these; default all but key")
    ] = None,
    url: UrlOption = None,
    home: HomeOption = None,
) -> None:
    """把目录写成 YAML  Write the directory as YAML, which apply reads back without a change."""
    kinds = kind or [name for name in ROW_TYPES if name != "key"]
    if unknown := sorted({*kinds} - ROW_TYPES.keys()):
        names, known = ", ".join(unknown), ", ".join(ROW_TYPES)
        raise LocalError(f"没有 {names} 这类目录；可用 {known}", f"There is no kind {names}; take one of those.")
    there = service.standing(routing(home, url), kinds)
    if str(target) == "-":
        sys.stdout.write(writing.text(there))
    elif target.is_dir():
        for name, rows in there.items():
            if rows:
                (target / f"{name}.yaml").write_text(writing.text({name: rows}), encoding="utf-8")
    else:
        target.write_text(writing.text(there), encoding="utf-8")


def routing(home: Path | None, url: str | None) -> Caller:
    """The local one, or that of `url`. LocalError where its key is not said."""
    if url is None:
        return caller(home_of(home), "routing", "admin")
    if not (key := os.environ.get("MINGSHAO_ADMIN_KEY")):
        raise LocalError(
            "请把管理密钥放在环境变量 MINGSHAO_ADMIN_KEY 中，不要写在命令行上。",
            "Put the admin key into the environment variable MINGSHAO_ADMIN_KEY, never on the command line.",
        )
    return Caller(url, key)


def judge(metrics: Caller, version: int, rules: set[str], told: Files) -> None:
    """Which alert rules that stand in the directory by now nothing can be judged by."""
    try:
        broken = alerts.broken(metrics, version, rules, told)
    except LocalError as error:
        say(
            "不知道预警规则能否判断，请稍后看看板：",
            "Whether the alert rules can be judged is not known: look at the page.",
            "yellow",
        )
        tell(error)
        return
    for flaw in broken:
        console.print(Text(f"{flaw.place}  {flaw.what}: {flaw.detail}", "yellow"), soft_wrap=True)
    if broken:
        say(
            f"{len(broken)} 条预警规则已保存，但判断不了，请按上列位置改正。",
            f"{len(broken)} alert rules are kept and cannot be judged: mend the places above.",
            "yellow",
        )


def show(found: list[Difference]) -> None:
    """Row by row: + new, - removed, ~ changed, with the fields that differ."""
    marks = {(True, False): ("+", "green"), (False, True): ("-", "red"), (False, False): ("~", "yellow")}
    for one in found:
        mark, style = marks[one.before is None, one.after is None]
        console.print(Text(f"{mark} {one.kind}/{one.id}", style), soft_wrap=True)
        for field, before, after in one.fields if one.after is not None else ():
            words = brief(after) if one.before is None else f"{brief(before)} → {brief(after)}"
            if one.before is not None or after not in (None, "", [], {}):
                console.print(Text(f"    {field}: {words}"), soft_wrap=True)
    counts = {mark: sum(marks[one.before is None, one.after is None][0] == mark for one in found) for mark in "+~-"}
    say(
        f"新增 {counts['+']}，修改 {counts['~']}，删除 {counts['-']}。",
        f"{counts['+']} new, {counts['~']} changed, {counts['-']} removed.",
    )


def brief(value: Any) -> str:
    """JSON, its end cut off where it is long."""
    said = msgspec.json.encode(value).decode()
    return said if len(said) <= LONGEST else f"{said[:LONGEST]}… ({len(said)})"
