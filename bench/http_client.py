"""A load client for HTTP/1.1: some connections, each with one request under way, prepared before the clock starts.

Our own, since the known tools come as no Python package that could be pinned.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from typing import cast

import httptools
import msgspec


class Load(msgspec.Struct, frozen=True, kw_only=True):
    """What came back: answers by status, and how long each took in milliseconds."""

    seconds: float
    statuses: dict[int, int]
    p50_ms: float
    p99_ms: float

    @property
    def per_second(self) -> float:
        """Answers a second, whatever they said."""
        return sum(self.statuses.values()) / self.seconds


def request(path: str, key: str, body: bytes, kind: str = "application/json") -> bytes:
    """A POST as it goes over the wire."""
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {key}\r\nContent-Type: {kind}\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


class _Connection(asyncio.Protocol):
    """Sends the next request when the answer to the last one is whole."""

    def __init__(self, waiting: list[bytes], statuses: Counter[int], took: list[float]) -> None:
        self._waiting, self._statuses, self._took = waiting, statuses, took
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._sent = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is of another class
        self._next()

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_message_complete(self) -> None:
        """httptools calls it."""
        self._took.append(time.perf_counter() - self._sent)
        self._statuses[self._parser.get_status_code()] += 1
        self._next()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.ended.done():
            self.ended.set_exception(error or ConnectionResetError("the server closed the connection"))

    def _next(self) -> None:
        if not self._waiting:
            self.ended.set_result(None)
            self._transport.close()
            return
        self._parser = httptools.HttpResponseParser(self)
        self._sent = time.perf_counter()
        self._transport.write(self._waiting.pop())


async def push(port: int, requests: Sequence[bytes], connections: int = 64) -> Load:
    """All of them, each once. ConnectionError where a connection breaks."""
    waiting, statuses, took = list(requests), Counter[int](), list[float]()
    loop, began = asyncio.get_running_loop(), time.monotonic()
    made = [
        await loop.create_connection(lambda: _Connection(waiting, statuses, took), "127.0.0.1", port)
        for _ in range(connections)
    ]
    await asyncio.gather(*(connection.ended for _, connection in made))
    seconds = time.monotonic() - began
    took.sort()
    return Load(
        seconds=seconds,
        statuses=dict(statuses),
        p50_ms=round(took[len(took) // 2] * 1e3, 2),
        p99_ms=round(took[len(took) * 99 // 100] * 1e3, 2),
    )
