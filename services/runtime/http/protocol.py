"""A connection whose request head is bounded in size and time: uvicorn's parser by itself would gather any."""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_HEAD_BYTES = 65_536
"""Of the request line and all headers together, but for what comes in the same read as their end."""
MAX_HEADERS = 128
HEAD_SECONDS = 20.0
"""In which the head of a request has to be whole, once it has begun; and a new connection's first one."""
_TOO_LARGE = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"Content-Type: application/problem+json\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s"
)
_BODY = (
    b'{"type":"urn:mingshao:problem:headers_too_large","title":"Request Header Fields Too Large","status":431,'
    b'"detail":"at most 64 KiB of request line and headers, and 128 headers","code":"headers_too_large"}'
)


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
            self.transport.write(_TOO_LARGE % (len(_BODY), _BODY))
            self.transport.close()
