"""Bodies are bounded as they arrive: each by its route, all on their way together, of one key and of everybody."""

import asyncio
import hashlib
from collections import Counter
from collections.abc import Mapping

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..problems import Problem

SMALL_BYTES = 65_536
"""Of a body where nothing else is said; most routes have none at all."""
ALL_BYTES, KEY_BYTES = 128 << 20, 48 << 20
PART_SECONDS = 30.0
"""In which the next part of a body has to come."""


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
        headers = {name: value for name, value in scope["headers"] if name in (b"content-length", b"authorization")}
        limit, length = self._limit(scope["path"]), headers.get(b"content-length", b"")
        if length.isdigit() and int(length[:20]) > limit:
            await _answer(_too_large(limit), scope, receive, send)
            return
        key = hashlib.sha256(headers.get(b"authorization", b"")).hexdigest()
        body = _Body(self, key, limit, receive, send)
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

    def __init__(self, all_of_them: BoundedBodies, key: str, limit: int, receive: Receive, send: Send) -> None:
        self._all, self._key, self._limit = all_of_them, key, limit
        self._receive, self._send = receive, send
        self.bytes = 0
        self.begun = False
        self.refused: Problem | None = None
        self._whole = False

    async def receive(self) -> Message:
        if self._whole:  # what comes now is that the caller is gone, whenever that is
            return await self._receive()
        try:
            async with asyncio.timeout(PART_SECONDS):
                message = await self._receive()
        except TimeoutError:
            return self._refuse(Problem(408, "too_slow", f"no part of the body came for {PART_SECONDS:g} s"))
        if message["type"] != "http.request":
            return message
        self._whole = not message.get("more_body", False)
        size = len(message.get("body", b""))
        if self.bytes + size > self._limit:
            return self._refuse(_too_large(self._limit))
        if not self._all.take(self._key, size):
            return self._refuse(
                Problem(429, "overload", "too much is on its way at once; try again", headers={"Retry-After": "1"})
            )
        self.bytes += size
        return message

    async def send(self, message: Message) -> None:
        if self.refused is None or self.begun:
            self.begun = True
            await self._send(message)

    def _refuse(self, why: Problem) -> Message:
        self.refused, self._whole = why, True
        return {"type": "http.disconnect"}


def _too_large(limit: int) -> Problem:
    return Problem(413, "too_large", f"at most {limit} bytes here; send it in parts")


async def _answer(problem: Problem, scope: Scope, receive: Receive, send: Send) -> None:
    problem.headers["Connection"] = "close"
    await problem.response()(scope, receive, send)
