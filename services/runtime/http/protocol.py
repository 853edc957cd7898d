"""A connection whose request head is bounded in size and time: uvicorn's parser by itself would gather any."""

import asyncio
from http import HTTPStatus
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from ..problems import Problem
from .watched import HEADERS

MAX_HEAD_BYTES = 65_536
"""Of the request line and all headers together, but for what comes in the same read as their end."""
MAX_HEADERS = 128
HEAD_SECONDS = 20.0
"""In which the head of a request has to be whole, once it has begun; and a new connection's first one."""
_TOO_LARGE = Problem(431, "headers_too_large", "at most 64 KiB of request line and headers, and 128 headers")
_NO_HTTP = Problem(400, "bad_request", "this is no HTTP request that we can read; escape what an address cannot hold")


class BoundedProtocol(HttpToolsProtocol):
    """uvicorn's own, which counts what comes before a head is whole."""

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self._in_head = False
        self._head_bytes = self._headers_seen = 0
        self._head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """The first head has to come."""
        super().connection_made(transport)
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is awaited any more."""
        self._head_is_whole()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse, and give up a head that is already larger than any may be."""
        super().data_received(data)
        if self._in_head:
            self._head_bytes += len(data)
            if self._head_bytes > MAX_HEAD_BYTES:
                self._refuse()

    def on_message_begin(self) -> None:
        """A head begins."""
        super().on_message_begin()
        self._in_head, self._head_bytes, self._headers_seen = True, 0, 0
        if self._head_timer is None:
            self._await_head()

    def on_header(self, name: bytes, value: bytes) -> None:
        """One more header."""
        self._headers_seen += 1
        if self._headers_seen <= MAX_HEADERS:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The head is whole."""
        self._head_is_whole()
        if self._headers_seen > MAX_HEADERS:
            self._refuse()
            return
        super().on_headers_complete()

    def _await_head(self) -> None:
        self._head_timer = self.loop.call_later(HEAD_SECONDS, self._too_slow)

    def _head_is_whole(self) -> None:
        self._in_head = False
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _too_slow(self) -> None:
        self._head_timer = None
        if not self.transport.is_closing():
            self.transport.close()

    def _refuse(self) -> None:
        self._head_is_whole()
        if not self.transport.is_closing():
            self._last_words(_TOO_LARGE)

    def send_400_response(self, msg: str) -> None:
        """What the parser cannot read."""
        self._head_is_whole()
        self._last_words(_NO_HTTP)

    def _last_words(self, problem: Problem) -> None:
        answer = problem.response()
        head = f"HTTP/1.1 {problem.status} {HTTPStatus(problem.status).phrase}\r\nConnection: close\r\n".encode()
        lines = b"".join(b"%s: %s\r\n" % one for one in (*answer.raw_headers, *HEADERS))
        self.transport.write(head + lines + b"\r\n" + bytes(answer.body))
        self.transport.close()
