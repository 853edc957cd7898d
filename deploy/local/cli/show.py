"""How things look on a terminal: one console, two languages."""

import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import msgspec
import typer
from rich.console import Console

from ..calls import Caller
from ..errors import LocalError
from ..keys import local
from ..places import Home, default_home
from ..ports import service_port
from ..supervisor import record

# without a terminal nobody wraps for us: tables get room, texts stay on one line
_WIDTH = None if sys.stdout.isatty() else 160
console = Console(highlight=False, width=_WIDTH)
trouble = Console(stderr=True, highlight=False, soft_wrap=True)

ZONE = ZoneInfo("Asia/Shanghai")
HomeOption = Annotated[
    Path | None, typer.Option("--home", help="数据目录，默认 .mingshao  The data's folder", show_default=False)
]


JsonOption = Annotated[bool, typer.Option("--json", help="机器可读  For programs")]


def write_json(found: Any) -> None:
    """For programs, on standard output and nothing beside it."""
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(found), indent=2).decode() + "\n")


def say(zh: str, en: str, style: str = "") -> None:
    """One line in both languages."""
    console.print(zh, style=style, soft_wrap=True)
    if en:
        console.print(en, style="dim", soft_wrap=True)


def in_zone(at: str | None = None) -> str:
    """An RFC 3339 time, now where none is given, by the reference street's clock."""
    moment = datetime.fromisoformat(at) if at else datetime.now(ZONE)
    return moment.astimezone(ZONE).isoformat(timespec="seconds")


def tell(error: LocalError) -> None:
    """An error, on standard error, as it stands."""
    trouble.print(error.zh, style="bold red", markup=False)
    if error.en:
        trouble.print(error.en, markup=False)


def home_of(path: Path | None) -> Home:
    """The home that is meant."""
    return Home((path or default_home()).resolve())


def caller(home: Home, service: str, key: str) -> Caller:
    """A service's first instance, called with a local key. LocalError where nothing was ever started here."""
    wanted = record.read_wanted(home)
    if wanted is None:
        raise LocalError(
            f"{home.path} 还没有启动过。先运行：mingshao up",
            f"Nothing was started in {home.path} yet. Run: mingshao up",
        )
    return Caller(f"http://127.0.0.1:{service_port(wanted.port_base, service, 1)}", local(home, key))
