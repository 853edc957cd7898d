"""An error is raised only when nobody is still at work."""

import asyncio

import pytest

from services.runtime.side_by_side import side_by_side


async def test_an_error_waits_for_those_still_at_work() -> None:
    ended: list[str] = []

    async def works(name: str, error: Exception | None = None) -> None:
        if error:
            raise error
        await asyncio.sleep(0.01)
        ended.append(name)

    with pytest.raises(OSError, match="first"):
        await side_by_side(works("a"), works("b", OSError("first")), works("c", ValueError("second")), works("d"))
    assert ended == ["a", "d"]


async def test_who_is_cancelled_cancels_all() -> None:
    seen: list[str] = []

    async def waits() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            seen.append("cancelled")

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await side_by_side(waits(), waits())
    assert seen == ["cancelled"] * 2
