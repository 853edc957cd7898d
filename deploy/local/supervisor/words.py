"""What the supervisor says of its processes to people: Chinese, and English beside it."""

from collections.abc import Iterable

from ..errors import LocalError
from .keeper import Keeper


def note(keeper: Keeper) -> tuple[str, str]:
    """Of one that is not well though all has been waited for."""
    name, seen = keeper.name, keeper.seen
    if seen.status == "halted":
        return f"{name} 已停机待人处理：{seen.halted}", f"{name} is halted and needs a person: {seen.halted}"
    why = _why(keeper)
    return f"{name} 还在等：{why}", f"{name} still waits: {why}"


def waited_for(services: Iterable[Keeper]) -> str:
    """Those that are not settled, each with the last that is known of it."""
    return "; ".join(f"{keeper.name} ({_why(keeper)})" for keeper in services if not keeper.settled)


def unpublished(error: LocalError) -> tuple[str, str]:
    """What was not published harms nobody who is at work, so nothing is stopped for it."""
    return (
        f"服务在运行，但密钥与街道目录没有登记：{error.zh}",
        f"All services run, and keys and the street's directory were not published: {error.en}",
    )


def _why(keeper: Keeper) -> str:
    return keeper.seen.waiting_for or keeper.seen.last_error or keeper.last_end or "no answer"
