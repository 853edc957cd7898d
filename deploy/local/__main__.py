"""The console script `mingshao`: the table of its commands, and no traceback for what a person can mend."""

import os
import sys
from importlib import metadata
from typing import Annotated

import typer

from .cli import dead, directory, lifecycle, metrics, reclock, routing, show, work
from .cli.group import Commands
from .errors import LocalError

app = typer.Typer(
    cls=Commands,
    help="鸣哨：本机部署  Mingshao on one machine",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)


def show_version(wanted: bool) -> None:
    """And nothing else."""
    if wanted:
        sys.stdout.write(f"mingshao {metadata.version('mingshao')}\n")
        raise typer.Exit


Version = Annotated[bool, typer.Option("--version", callback=show_version, is_eager=True, help="版本  The version")]


@app.callback()
def program(_: Version = False) -> None:
    """鸣哨：本机部署  Mingshao on one machine."""


for command in (
    lifecycle.up,
    lifecycle.down,
    lifecycle.status,
    lifecycle.logs,
    lifecycle.reset,
    work.key,
    work.push,
    work.replay,
    work.rates,
):
    app.command()(command)
directory.app.command()(reclock.reclock)
app.add_typer(dead.app, name="dead")
app.add_typer(directory.app, name="directory")
app.add_typer(routing.app, name="routing")
app.add_typer(metrics.app, name="metrics")


def main() -> None:
    """Run one command. Exit 1 where it could not be done."""
    try:
        app()
    except LocalError as error:
        show.tell(error)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:  # a fault of ours; still no traceback unless it is asked for
        if os.environ.get("MINGSHAO_DEBUG"):
            raise
        show.tell(
            LocalError(
                f"程序出错：{type(error).__name__}: {error}。设置 MINGSHAO_DEBUG=1 再运行可看到细节。",
                f"A fault of this program: {type(error).__name__}: {error}. MINGSHAO_DEBUG=1 shows where.",
            )
        )
        sys.exit(1)


if __name__ == "__main__":
    main()
