"""A command that there is not is answered with those there are."""

from typing import Any

from typer.core import TyperGroup


class Commands(TyperGroup):
    """Of any program or part of it: `typer.Typer(cls=Commands)`."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that is meant. A usage error lists all."""
        name = args[0] if args else ""
        if name and not name.startswith("-") and self.get_command(ctx, name) is None:
            known = ", ".join(self.list_commands(ctx))
            ctx.fail(f"没有 {name} 这个命令，可用：{known} / no command {name}, there are: {known}")
        return super().resolve_command(ctx, args)
