"""Whoever sends too much is turned away before anybody asks who it is, over real sockets; all others are served."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI, Request, Response
from prometheus_client import CollectorRegistry, generate_latest

from services.runtime import problems
from services.runtime.http import bodies, protocol
from services.runtime.http.bodies import BoundedBodies
from services.runtime.http.protocol import BoundedProtocol
from services.runtime.http.watched import HttpInstruments, Watched

LARGE = 1 << 20
TURNED_AWAY = 0
"""In place of a status where the connection was closed on who sent too much."""


class Served:
    """A server of one route that tells how much it was sent."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        app = FastAPI()
        problems.install(app, {})

        @app.post("/large/{name}")
        @app.post("/small")
        async def told(request: Request) -> Response:
            size = 0
            async for part in request.stream():
                size += len(part)
            return Response(str(size))

        app.add_middleware(BoundedBodies, limits={"/large/": LARGE})
        app.add_middleware(Watched, instruments=HttpInstruments(self.registry))
        self.server = uvicorn.Server(
            uvicorn.Config(app, port=0, http=BoundedProtocol, lifespan="off", log_level="error")
        )

    @property
    def port(self) -> int:
        return int(self.server.servers[0].sockets[0].getsockname()[1])

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self.port)

    async def ask(self, *parts: bytes) -> tuple[int, dict[str, str], bytes]:
        """The answer to what these parts are together, read while they are written."""
        reader, writer = await self.connect()
        reading = asyncio.create_task(reader.read())
        try:
            for part in parts:
                if reading.done():
                    break
                writer.write(part)
                await writer.drain()
        except ConnectionError:
            pass  # it has answered and closed
        try:
            async with asyncio.timeout(20):
                raw = await reading
        except ConnectionError:
            return TURNED_AWAY, {}, b"{}"  # closed while more was on its way, which takes the answer with it
        finally:
            writer.close()
        head, _, body = raw.partition(b"\r\n\r\n")
        status, *lines = head.decode().split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in lines)
        return int(status.split()[1]), headers, body


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    made = Served()
    running = asyncio.create_task(made.server.serve())
    while not made.server.started:  # noqa: ASYNC110  # uvicorn has no event for it
        await asyncio.sleep(0.01)
    try:
        yield made
    finally:
        made.server.should_exit = True
        await running


def head(path: str, *headers: str) -> bytes:
    lines = [f"POST {path} HTTP/1.1", "Host: x", "Connection: close", *headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def chunk(size: int) -> bytes:
    return f"{size:x}\r\n".encode() + b"x" * size + b"\r\n"


async def alive(served: Served) -> bool:
    return (await served.ask(head("/small", "Content-Length: 2"), b"ok"))[2] == b"2"


async def test_what_is_within_its_route_s_bound_is_served(served: Served) -> None:
    status, headers, body = await served.ask(head("/large/x", f"Content-Length: {LARGE}"), b"x" * LARGE)
    assert (status, body) == (200, str(LARGE).encode())
    assert (headers["x-content-type-options"], headers["cache-control"]) == ("nosniff", "no-store")


@pytest.mark.parametrize(("path", "limit"), [("/small", bodies.SMALL_BYTES), ("/large/x", LARGE), ("/nowhere", 65_536)])
async def test_a_body_that_says_it_is_too_large_is_refused_unread(served: Served, path: str, limit: int) -> None:
    status, headers, body = await served.ask(head(path, f"Content-Length: {limit + 1}"))
    assert (status, json.loads(body)["code"], headers["connection"]) == (413, "too_large", "close")
    assert (await served.ask(head(path, f"Content-Length: {10**30}")))[0] in (400, 413)


async def test_a_body_without_a_length_is_refused_as_soon_as_it_is_too_large(served: Served) -> None:
    endless = [chunk(60_000)] * 2_000
    status, _, body = await served.ask(head("/small", "Transfer-Encoding: chunked"), *endless)
    assert (status, json.loads(body).get("code")) in ((413, "too_large"), (TURNED_AWAY, None))
    assert await alive(served)


async def test_a_head_that_does_not_end_is_refused(served: Served) -> None:
    status, _, body = await served.ask(b"POST /small HTTP/1.1\r\nX: ", *[b"y" * 100_000] * 700)
    assert (status, json.loads(body).get("code")) in ((431, "headers_too_large"), (TURNED_AWAY, None))
    assert await alive(served)


async def test_many_small_headers_are_refused(served: Served) -> None:
    lines = [f"X-{number}: y" for number in range(protocol.MAX_HEADERS)]
    assert (await served.ask(head("/small", *lines)))[0] == 431
    flood = b"".join(b"X: %d\r\n" % number for number in range(10_000))
    assert (await served.ask(b"POST /small HTTP/1.1\r\n", *[flood] * 600))[0] in (431, TURNED_AWAY)
    assert await alive(served)


async def test_an_address_without_end_is_refused(served: Served) -> None:
    assert (await served.ask(b"GET /" + b"x" * 200_000, *[b"x" * 100_000] * 50))[0] in (400, 431, TURNED_AWAY)
    assert await alive(served)


async def test_who_does_not_say_what_it_wants_is_let_go(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.2)
    for begun in (b"", b"POST /small HTTP/1.1\r\nX: y\r\n"):
        reader, writer = await served.connect()
        writer.write(begun)
        async with asyncio.timeout(20):
            assert await reader.read() == b""
        writer.close()


async def test_a_body_that_stops_coming_is_answered_and_let_go(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "PART_SECONDS", 0.2)
    status, _, body = await served.ask(head("/small", "Content-Length: 9"), b"x")
    assert (status, json.loads(body)["code"]) == (408, "too_slow")


async def test_bodies_on_their_way_are_counted_as_they_come(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unfinished ones of one key leave room for the others."""
    monkeypatch.setattr(bodies, "KEY_BYTES", LARGE)
    waiting = [await served.connect() for _ in range(4)]
    for _, writer in waiting:
        writer.write(head("/large/x", f"Content-Length: {LARGE}", "Authorization: Bearer a") + b"x" * 300_000)
        await writer.drain()
    refused = [asyncio.create_task(reader.read()) for reader, _ in waiting]
    done, _ = await asyncio.wait(refused, timeout=20, return_when=asyncio.FIRST_COMPLETED)
    assert [task.result().split()[1] for task in done] == [b"429"]
    other = head("/large/x", "Content-Length: 500000", "Authorization: Bearer b")
    assert (await served.ask(other, b"x" * 500_000))[0] == 200
    for task in refused:
        task.cancel()
    for _, writer in waiting:
        writer.close()
    await asyncio.gather(*refused, return_exceptions=True)


async def test_requests_are_counted_by_route_and_never_by_path(served: Served) -> None:
    for name in range(5):
        await served.ask(head(f"/large/{name}", "Content-Length: 0"))
        await served.ask(head(f"/nowhere/{name}", "Content-Length: 0"))
    told = generate_latest(served.registry).decode()
    assert 'mingshao_http_requests_total{method="POST",route="/large/{name}",status="200"} 5.0' in told
    assert 'mingshao_http_requests_total{method="POST",route="other",status="404"} 5.0' in told
    assert "mingshao_build_info{" in told
    assert "process_resident_memory_bytes" in told


def test_the_bounds_are_those_that_the_guide_says() -> None:
    told: Any = (protocol.MAX_HEAD_BYTES, protocol.MAX_HEADERS, bodies.SMALL_BYTES)
    assert told == (64 << 10, 128, 64 << 10)
