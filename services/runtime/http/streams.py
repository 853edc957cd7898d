"""Server-sent events over connections that stay open: so many of one key and of all, and none that nobody reads.

https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import aclosing, contextmanager
from typing import Any

from fastapi import Request
from fastapi.responses import StreamingResponse
from prometheus_client import CollectorRegistry, Gauge
from starlette.types import Message, Receive, Scope, Send

from ..health import Health
from ..keys import caller_of, key_of
from ..problems import Problem

MAX_ALL, MAX_OF_KEY = 1_024, 256
"""Open at once in one process; many people may look with one key."""
TAKEN_SECONDS = 60.0
"""In which a part has to be on its way: who reads no more is let go, and goes on later from the last event's id."""
RETRY_SECONDS = 10
TOO_MANY: dict[str, Any] = {"description": "too many streams are open; try again after Retry-After"}


class OpenStreams:
    """One process's."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._of_key: Counter[str] = Counter()
        Gauge("mingshao_open_streams", "streams of events that are open", registry=registry).set_function(
            self._of_key.total
        )

    @contextmanager
    def place(self, key: str) -> Iterator[None]:
        """One for this key. Problem 429 where there is none."""
        if self._of_key[key] >= MAX_OF_KEY or self._of_key.total() >= MAX_ALL:
            detail = f"at most {MAX_OF_KEY} open streams of one key, {MAX_ALL} in all; close some, or ask without one"
            raise Problem(429, "too_many_streams", detail, headers={"Retry-After": str(RETRY_SECONDS)})
        self._of_key[key] += 1
        try:
            yield
        finally:
            self._of_key[key] -= 1
            if not self._of_key[key]:
                del self._of_key[key]


class EventStream(StreamingResponse):
    """An answer of events without end, in its place among the open ones."""

    def __init__(self, events: AsyncGenerator[bytes], *, open_streams: OpenStreams, key: str) -> None:
        # proxies that gather answers would hold it back
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        super().__init__(events, media_type="text/event-stream", headers=headers)
        self._events = events
        self._open, self._key = open_streams, key

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        unread = False

        async def taken(message: Message) -> None:
            nonlocal unread
            try:
                async with asyncio.timeout(TAKEN_SECONDS):
                    await send(message)
            except TimeoutError:
                unread = True
                raise

        try:
            async with aclosing(self._events):
                with self._open.place(self._key):
                    await super().__call__(scope, receive, taken)
        except Problem as full:
            await full.response()(scope, receive, send)
        except TimeoutError:
            if not unread:
                raise


async def streamed(request: Request, events: AsyncGenerator[bytes]) -> EventStream:
    """The answer to this request. Problem 401, 503."""
    return EventStream(events, open_streams=request.app.state.streams, key=await key_of(request))


def caller_stays(request: Request) -> Callable[[], Awaitable[bool]]:
    """Whether a stream still has its caller: not once the key was withdrawn or the sign-in is over, nor when the
    process ends. A store that does not answer meanwhile ends nothing."""

    async def stays() -> bool:
        health: Health = request.app.state.health
        try:
            await caller_of(request)
        except Problem as problem:
            return problem.status == 503 and not health.stopping
        return not health.stopping

    return stays
