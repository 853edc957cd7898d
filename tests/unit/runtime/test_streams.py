"""Streams are open in their places: so many of a key and of all, each given back however it ends, none unread."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from typing import Any

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from starlette.types import Message

from services.runtime.http import streams
from services.runtime.http.heads import Heads
from services.runtime.http.streams import EventStream, OpenStreams

SCOPE: dict[str, Any] = {"type": "http", "method": "GET", "asgi": {"spec_version": "2.3"}, "headers": []}


class Stage:
    """Streams that say one thing, then nothing until they are let go."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.open = OpenStreams(self.registry)
        self.let_go = asyncio.Event()
        self.ended = 0

    async def events(self) -> AsyncGenerator[bytes]:
        try:
            yield b": here\n\n"
            await self.let_go.wait()
        finally:
            self.ended += 1

    def asked(self, key: str) -> "Asked":
        return Asked(EventStream(self.events(), open_streams=self.open, key=key))

    @property
    def told(self) -> float:
        (line,) = [one for one in generate_latest(self.registry).decode().splitlines() if one.startswith("mingshao_op")]
        return float(line.split()[1])


class Asked:
    """One request; its answer as it comes."""

    def __init__(self, answer: Callable[..., Any], method: str = "GET") -> None:
        self.messages: list[Message] = []
        self.begun, self.gone = asyncio.Event(), asyncio.Event()
        self.task = asyncio.create_task(answer({**SCOPE, "method": method}, self._receive, self._send))

    async def _receive(self) -> Message:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        self.messages.append(message)
        if message["type"] == "http.response.body":
            self.begun.set()

    async def status(self) -> int:
        async with asyncio.timeout(20):
            await self.begun.wait()
        return int(self.messages[0]["status"])

    @property
    def headers(self) -> dict[bytes, bytes]:
        return dict(self.messages[0]["headers"])


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Stage:
    monkeypatch.setattr(streams, "MAX_OF_KEY", 2)
    monkeypatch.setattr(streams, "MAX_ALL", 3)
    return Stage()


async def test_one_too_many_is_told_when_to_come_again_and_others_go_on(stage: Stage) -> None:
    first, second = stage.asked("a"), stage.asked("a")
    assert [await one.status() for one in (first, second)] == [200, 200]
    assert (first.headers[b"x-accel-buffering"], first.headers[b"cache-control"]) == (b"no", b"no-store")
    third = stage.asked("a")
    assert (await third.status(), third.headers[b"retry-after"]) == (429, b"10")
    assert b'"code":"too_many_streams"' in third.messages[1]["body"]
    assert await stage.asked("b").status() == 200, "another key's"
    assert await stage.asked("c").status() == 429, "of all"
    assert stage.told == 3
    first.gone.set()
    await first.task
    assert await stage.asked("c").status() == 200, "the place of one who left"
    stage.let_go.set()
    await second.task


async def test_every_way_to_end_gives_the_place_back(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    left = stage.asked("a")
    assert (await left.status(), stage.told) == (200, 1)
    left.gone.set()
    await left.task
    cancelled = stage.asked("a")
    await cancelled.status()
    cancelled.task.cancel()
    await asyncio.wait([cancelled.task])
    head = Asked(Heads(EventStream(stage.events(), open_streams=stage.open, key="a")), "HEAD")
    await head.task
    assert (await head.status(), head.messages[1:]) == (
        200,
        [{"type": "http.response.body", "body": b"", "more_body": False}],
    )
    stage.let_go.set()
    over = stage.asked("a")
    await over.task
    assert (stage.told, stage.ended) == (0, 3), "of the head there was never a beginning"


async def test_who_reads_no_more_is_let_go(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "TAKEN_SECONDS", 0.1)
    answer = EventStream(stage.events(), open_streams=stage.open, key="a")

    async def never(_: Message) -> None:
        await asyncio.Event().wait()

    async def silent() -> Message:
        await asyncio.Event().wait()
        return {}

    async with asyncio.timeout(20):
        await answer(SCOPE, silent, never)
    assert stage.told == 0
