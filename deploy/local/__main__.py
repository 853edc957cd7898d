"""The console script `mingshao`: the table of its commands, and no traceback for what a person can mend."""

import sys

import typer

from .cli import dead, lifecycle, show, work
from .errors import LocalError

app = typer.Typer(
    help="鸣哨：本机部署  Mingshao on one machine",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
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
app.add_typer(dead.app, name="dead")


def main() -> None:
    """Run one command. Exit 1 where it could not be done."""
    try:
        app()
    except LocalError as error:
        show.tell(error)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
