"""Bodies are bounded as they arrive: each by its route, all on their way together, of one key and of everybody.

What was compressed is counted as what it becomes, and a byte order mark before a text is taken off.
"""

import asyncio
import hashlib
from codecs import BOM_UTF8
from collections import Counter
from collections.abc import Iterator, Mapping

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..problems import Problem
from .encodings import Decoder, decoder_for

SMALL_BYTES = 65_536
"""Of a body where nothing else is said; most routes have none at all."""
ALL_BYTES, KEY_BYTES = 128 << 20, 48 << 20
PART_SECONDS = 30.0
"""In which the next part of a body has to come."""
_LOOKED_AT = (b"content-length", b"content-encoding", b"authorization")


class BoundedBodies:
    """ASGI middleware; `limits` are bytes by the beginning of a path, the longest that fits."""

    def __init__(self, app: ASGIApp, limits: Mapping[str, int]) -> None:
        self._app = app
        self._limits = sorted(limits.items(), key=lambda one: -len(one[0]))
        self._on_their_way: Counter[str] = Counter()
        self._all = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {name: value for name, value in scope["headers"] if name in _LOOKED_AT}
        limit, length = self._limit(scope["path"]), headers.get(b"content-length", b"")
        if length.isdigit() and int(length[:20]) > limit:
            await _answer(_too_large(limit), scope, receive, send)
            return
        key = hashlib.sha256(headers.get(b"authorization", b"")).hexdigest()
        body = _Body(self, key, limit, headers.get(b"content-encoding", b"").decode("latin-1"), receive, send)
        try:
            await self._app(scope, body.receive, body.send)
        except Exception:
            if body.refused is None:
                raise  # else it is about the body that it did not get
        finally:
            self._all -= body.bytes
            self._on_their_way[key] -= body.bytes
            if self._on_their_way[key] <= 0:
                del self._on_their_way[key]
        if body.refused is not None and not body.begun:
            await _answer(body.refused, scope, receive, send)

    def take(self, key: str, size: int) -> bool:
        """Room for so much more."""
        if self._all + size > ALL_BYTES or self._on_their_way[key] + size > KEY_BYTES:
            return False
        self._all += size
        self._on_their_way[key] += size
        return True

    def _limit(self, path: str) -> int:
        return next((limit for beginning, limit in self._limits if path.startswith(beginning)), SMALL_BYTES)


class _Body:
    """One request's, counted."""

    def __init__(
        self, all_of_them: BoundedBodies, key: str, limit: int, encoding: str, receive: Receive, send: Send
    ) -> None:
        self._all, self._key, self._limit, self._encoding = all_of_them, key, limit, encoding
        self._receive, self._send = receive, send
        self._parts: Iterator[bytes] = iter(())
        self._decoder: Decoder | None = None
        self._came, self._more, self._whole = 0, True, False
        self._beginning: bytes | None = b""
        self.bytes = 0
        self.begun = False
        self.refused: Problem | None = None

    async def receive(self) -> Message:
        if self._whole:  # what comes now is that the caller is gone, whenever that is
            return await self._receive()
        try:
            return await self._next()
        except Problem as problem:
            self.refused, self._whole = problem, True
            return {"type": "http.disconnect"}

    async def _next(self) -> Message:
        """The next part, as it was before it was compressed. Problem."""
        while (part := next(self._parts, None)) is None and self._more:
            try:
                async with asyncio.timeout(PART_SECONDS):
                    message = await self._receive()
            except TimeoutError as error:
                raise Problem(408, "too_slow", f"no part of the body came for {PART_SECONDS:g} s") from error
            if message["type"] != "http.request":
                return message
            self._parts = self._parts_of(message)
        if part is None and self._decoder is not None:
            self._decoder.end()
        self._whole = part is None or (self._decoder is None and not self._more)
        return {"type": "http.request", "body": part or b"", "more_body": not self._whole}

    def _parts_of(self, message: Message) -> Iterator[bytes]:
        raw, self._more = message.get("body", b""), message.get("more_body", False)
        if raw and self._came == 0:
            self._decoder = decoder_for(self._encoding)
        self._came += len(raw)
        if self._came > self._limit:
            raise _too_large(self._limit)
        for part in self._decoder.parts(raw) if self._decoder else (raw,):
            if self.bytes + len(part) > self._limit:
                raise _too_large(self._limit)
            if not self._all.take(self._key, len(part)):
                raise Problem(
                    429, "overload", "too much is on its way at once; try again", headers={"Retry-After": "1"}
                )
            self.bytes += len(part)
            yield self._unmarked(part)

    def _unmarked(self, part: bytes) -> bytes:
        """Without the mark that some put before a text in UTF-8, also where it comes in pieces."""
        if self._beginning is None:
            return part
        begun = self._beginning + part
        if self._more and len(begun) < len(BOM_UTF8) and BOM_UTF8.startswith(begun):
            self._beginning = begun
            return b""
        self._beginning = None
        return begun.removeprefix(BOM_UTF8)

    async def send(self, message: Message) -> None:
        if self.refused is None or self.begun:
            self.begun = True
            await self._send(message)


def _too_large(limit: int) -> Problem:
    return Problem(413, "too_large", f"at most {limit} bytes here; send it in parts")


async def _answer(problem: Problem, scope: Scope, receive: Receive, send: Send) -> None:
    problem.headers["Connection"] = "close"
    await problem.response()(scope, receive, send)
