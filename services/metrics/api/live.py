"""GET /v1/rates/stream: server-sent events, each a whole picture; the id is the position up to which it counts.

https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Header, Request
from fastapi.responses import StreamingResponse

from services.runtime.http.streams import TOO_MANY, EventStream, caller_stays, streamed
from services.runtime.keys import Caller

from ..domain.position import BadPosition, position_in, written
from ..handlers import Ask, Overview, answers, limited
from ..ports import CellsAway
from .desk import AtDesk, Desk, watched_by

BEAT_SECONDS = 15.0
PAUSE_SECONDS = 0.1
"""At most ten pictures a second."""
LOOK_SECONDS = 1.0
"""How soon a stream notices that it should end."""

router = APIRouter(tags=["rates"])


@router.get(
    "/v1/rates/stream",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "event `rates`: an overview or the rate asked for, whole; `reset`: forget what you had; "
            "`away`: the store does not answer, the figures stand still",
            "content": {"text/event-stream": {"schema": {"type": "string"}}},
        },
        422: {"description": "as for GET /v1/rates"},
        429: TOO_MANY,
        503: {"description": "try again"},
    },
)
async def stream_rates(
    request: Request,
    _: Caller,
    asked: Annotated[Ask, Depends(watched_by)],
    desk: AtDesk,
    last_event_id: Annotated[str | None, Header()] = None,
) -> EventStream:
    """The overview, or one rate, again whenever it may have changed. Resume with Last-Event-ID."""
    heard = desk.bell.rings
    first = await _picture(asked, desk)

    return await streamed(request, events(asked, desk, first, heard, last_event_id, caller_stays(request)))


async def events(
    asked: Ask,
    desk: Desk,
    picture: Overview,
    heard: int,
    last_event_id: str | None,
    alive: Callable[[], Awaitable[bool]],
) -> AsyncGenerator[bytes]:
    """The stream's bytes while `alive`, from the first `picture` on, which was read after the bell's ring `heard`."""
    shown = last_event_id
    if last_event_id is not None and not _continues(last_event_id, picture.position):
        yield _event("reset", b"{}")
        shown = None
    facing = _facing(picture)
    while await alive():
        if event_id(picture.position) != shown or _facing(picture) != facing:
            shown, facing = event_id(picture.position), _facing(picture)
            yield _event("rates", msgspec.json.encode(picture), shown)
            await asyncio.sleep(PAUSE_SECONDS)
        else:
            yield b": beat\n\n"
        rings = heard
        for _ in range(int(BEAT_SECONDS / LOOK_SECONDS)):
            rings = await desk.bell.wait(heard, LOOK_SECONDS)
            if rings != heard or not await alive():
                break
        heard = rings
        try:
            picture = await _picture(asked, desk)
        except CellsAway:
            yield _event("away", b"{}")
            await asyncio.sleep(LOOK_SECONDS)


def event_id(position: Mapping[str, int]) -> str:
    """A position as an event's id: `0:12,1:9`."""
    return written({int(partition): seq for partition, seq in position.items()})


def _continues(last_event_id: str, position: Mapping[str, int]) -> bool:
    """Whether it is an id of ours, not from before a rebuild: a position never goes back."""
    try:
        seen = position_in(last_event_id)
    except BadPosition:
        return False
    return all(seq <= position.get(str(partition), 0) for partition, seq in seen.items())


def _facing(picture: Overview) -> tuple[str | None, ...]:
    """What moves the figures, or what is said of them, without any new fact: the last full hour, the day; that counting
    is behind, and how far it has come since."""
    upto = None if picture.complete else str(picture.counted_up_to)
    return (picture.today, str(picture.complete), upto, *(answer.end for answer in picture.answers))


async def _picture(asked: Ask, desk: Desk) -> Overview:
    mark = desk.counted()
    found = await answers(asked(mark.asked_at), cells=desk.shared, names=desk.names, zone=desk.zone, mark=mark)
    limited(found.answers)
    return found


def _event(name: str, data: bytes, id: str | None = None) -> bytes:
    head = f"event: {name}\n" + (f"id: {id}\n" if id is not None else "")
    return head.encode() + b"data: " + data + b"\n\n"
