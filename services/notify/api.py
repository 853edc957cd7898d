"""Notify over HTTP: a department's feed, to pull or to follow, and the submitter's contact for who may have it."""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.responses import StreamingResponse

from services.contracts.actors import Actor
from services.contracts.assignments import AssignmentNotice
from services.contracts.cases import NOT_VALID
from services.contracts.topics import CONTACTS
from services.runtime.bell import ChangeStreamBell
from services.runtime.health import Health
from services.runtime.http.streams import TOO_MANY, EventStream, caller_stays, streamed
from services.runtime.keys import Caller
from services.runtime.openapi import answer
from services.runtime.problems import Problem, unavailable
from services.runtime.producer import Producer

from .domain.cursor import BadCursor, decoded, encoded
from .domain.told import Told
from .handlers import tombstone
from .ports import Shelf
from .shared_feeds import SharedFeeds

BEAT_SECONDS = 15
LOOK_SECONDS = 1.0
PAGE = 500
_ERRORS: dict[int | str, dict[str, Any]] = {
    403: {"description": "not this department's, or not for this key"},
    422: {"description": "a cursor that is none of ours"},
    503: {"description": "MongoDB or Kafka does not answer; try again"},
}
_STREAM: dict[int | str, dict[str, Any]] = _ERRORS | {
    429: TOO_MANY,
    200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}, "description": "one notice an event"},
}
router = APIRouter()


class Feed(msgspec.Struct, frozen=True, kw_only=True):
    """What a department was told, in the order of each case. Keep `cursor`, and ask with it for what follows."""

    items: list[AssignmentNotice]
    cursor: str
    more: bool


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    """The submitter's, as it was given."""

    case_id: str
    name: str | None
    phone: str | None


class Desk:
    """Made once by `__main__`."""

    def __init__(self, *, store: Shelf, producer: Producer, bell: ChangeStreamBell, health: Health) -> None:
        self.store = store
        self.shared = SharedFeeds(store, bell)
        self.producer = producer
        self.bell = bell
        self.health = health


async def _desk(request: Request) -> Desk:
    found: Desk = request.app.state.desk
    return found


AtDesk = Annotated[Desk, Depends(_desk)]


@router.get(
    "/v1/departments/{department}/assignments",
    responses=_ERRORS | answer(Feed, "what follows the cursor"),
    tags=["assignments"],
)
async def list_assignments(
    department: str,
    caller: Caller,
    desk: AtDesk,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> Response:
    """What the department has to do or to know, after `cursor`. Keeping the new cursor means received, not signed."""
    seqs = _place(department, caller, cursor)
    items, reached = await desk.store.feed(department, seqs, limit)
    return _json(Feed(items=items, cursor=encoded(department, reached), more=len(items) >= limit))


@router.get(
    "/v1/departments/{department}/assignments/stream",
    response_class=StreamingResponse,
    responses=_STREAM,
    tags=["assignments"],
)
async def stream_assignments(
    request: Request,
    department: str,
    caller: Caller,
    desk: AtDesk,
    cursor: str | None = None,
    last_event_id: Annotated[str | None, Header()] = None,
) -> EventStream:
    """The same as server-sent events; an event's id is the cursor after it, so Last-Event-ID resumes without gap."""
    seqs = _place(department, caller, last_event_id or cursor)

    return await streamed(request, _events(department, seqs, desk, caller_stays(request)))


@router.get(
    "/v1/cases/{case_id}/contact",
    responses=_ERRORS | answer(Contact, "the contact") | {404: {"description": "no contact"}},
    tags=["contacts"],
)
async def get_contact(case_id: str, caller: Caller, desk: AtDesk) -> Response:
    """The submitter's contact, for the department that signed as lead and for the desk; every look is recorded."""
    case = await desk.store.case(case_id)
    if case is None:
        raise Problem(404, "no_case", f"no case {case_id} has been seen yet", headers={"Retry-After": "1"})
    _may_see(caller, case)
    found = await desk.store.contact(case_id)
    if found is None:
        raise Problem(404, "no_contact", "none was given, or it was erased")
    await desk.store.record_look(case_id, caller)
    return _json(Contact(case_id=case_id, name=found.name, phone=found.phone), {"Cache-Control": "no-store"})


@router.delete("/v1/cases/{case_id}/contact", status_code=204, responses=_ERRORS, tags=["contacts"])
async def erase_contact(case_id: str, _: Caller, desk: AtDesk) -> Response:
    """Erase it everywhere, for good: a repeat of the submission does not bring it back."""
    (error,) = await desk.producer.send(
        [tombstone(case_id, desk.producer.partition_for(CONTACTS.name, case_id.encode()))]
    )
    if error is not None:
        raise unavailable("Kafka did not take it: not erased; send it again")
    await desk.store.mark_erased(case_id)
    return Response(status_code=204)


def _may_see(caller: Actor, case: Told) -> None:
    if caller.role != "department":
        return
    if case.confidential:
        raise Problem(403, "confidential", "要求保密 / the submitter asked for confidence: go through the desk")
    if caller.subject is None or case.signed_by != caller.subject:
        raise Problem(403, "not_signed", "签收后可见 / only the department that signed it as lead sees the contact")
    if case.state == "archived":
        raise Problem(403, "archived", "已归档 / it is archived")
    if case.state in NOT_VALID:  # never archived: its end is the end of the department's work, but for a split
        raise Problem(403, "ended", f"该件已终止 / it is {case.state}: no work of the department's any more")


def _place(department: str, caller: Actor, cursor: str | None) -> dict[int, int]:
    if caller.role == "department" and caller.subject != department:
        raise Problem(403, "not_own", f"{caller.sender} sees its own assignments")
    try:
        return decoded(cursor, department) if cursor else {}
    except BadCursor as error:
        raise Problem(422, "bad_cursor", str(error), field="cursor") from error


async def _events(
    department: str, seqs: dict[int, int], desk: Desk, stays: Callable[[], Awaitable[bool]]
) -> AsyncGenerator[bytes]:
    yield b": here\n\n"
    spoke, waited = time.monotonic(), 0.0
    while await stays():
        heard = desk.bell.rings
        # also while the bell rings for others all the time
        if max(waited, time.monotonic() - spoke) >= BEAT_SECONDS:
            spoke, waited = time.monotonic(), 0.0
            yield b": beat\n\n"
        try:
            items, reached = await desk.shared.read(department, seqs, PAGE)
        except Problem:
            yield b"event: away\ndata: {}\n\n"
            await asyncio.sleep(LOOK_SECONDS)
            continue
        # a fact may give two notices: the cursor moves only after the last of a page, so none is ever between
        for item in items[:-1]:
            yield _event(item)
        if items:
            seqs, spoke, waited = reached, time.monotonic(), 0.0
            yield _event(items[-1], encoded(department, seqs))
            continue
        if await desk.bell.wait(heard, LOOK_SECONDS) == heard:
            waited += LOOK_SECONDS


def _event(item: Any, cursor: str | None = None) -> bytes:
    mark = f"id: {cursor}\n".encode() if cursor else b""
    return b"event: assignment\n" + mark + b"data: " + msgspec.json.encode(item) + b"\n\n"


def _json(body: Any, headers: dict[str, str] | None = None) -> Response:
    return Response(msgspec.json.encode(body), headers=headers, media_type="application/json")
