"""POST /v1/tickets and /v1/opinions: one as JSON, many as lines of NDJSON."""

from fastapi import APIRouter, Request, Response

from services.contracts.actors import Actor
from services.contracts.identity import Kind
from services.runtime.keys import Caller
from services.runtime.lanes import LaneRoute
from services.runtime.openapi import answer

from ..domain.bodies import SubmissionBody, read
from ..domain.flaws import Flaw
from ..domain.submission import Taken, take
from .answers import SubmissionAccepted
from .bodies import (
    ERRORS,
    JSON,
    MANY,
    MAX_MANY,
    MAX_ONE,
    NDJSON,
    bounded,
    in_turns,
    lines_of,
    many_of,
    media_type,
    one_of,
)
from .desk import AtDesk, Desk

router = APIRouter(tags=["submissions"], route_class=LaneRoute)
_ONE = ERRORS | answer(SubmissionAccepted, "stored; a repeat has no effect", 202)
_MANY = ERRORS | MANY


@router.post("/v1/tickets", status_code=202, responses=_ONE, openapi_extra=one_of(SubmissionBody))
async def submit_ticket(request: Request, caller: Caller, desk: AtDesk) -> Response:
    """Something to be handled. 202 once it is stored by all replicas; the same again has no effect. Lines of NDJSON
    are taken here too, and answered as those of POST /v1/tickets/batch."""
    return await _submit(request, "ticket", caller, desk)


@router.post("/v1/opinions", status_code=202, responses=_ONE, openapi_extra=one_of(SubmissionBody))
async def submit_opinion(request: Request, caller: Caller, desk: AtDesk) -> Response:
    """Something to be considered and answered. 202 once it is stored by all replicas. Lines of NDJSON are taken here
    too, and answered as those of POST /v1/opinions/batch."""
    return await _submit(request, "opinion", caller, desk)


@router.post("/v1/tickets/batch", response_class=Response, responses=_MANY, openapi_extra=many_of(SubmissionBody))
async def submit_tickets(request: Request, caller: Caller, desk: AtDesk) -> Response:
    """Many things to be handled, one a line. A line that cannot be taken costs no other."""
    return await _submit_many(request, "ticket", caller, desk)


@router.post("/v1/opinions/batch", response_class=Response, responses=_MANY, openapi_extra=many_of(SubmissionBody))
async def submit_opinions(request: Request, caller: Caller, desk: AtDesk) -> Response:
    """Many things to be considered and answered, one a line. A line that cannot be taken costs no other."""
    return await _submit_many(request, "opinion", caller, desk)


async def _submit(request: Request, kind: Kind, caller: Actor, desk: Desk) -> Response:
    if media_type(request, JSON, NDJSON) == NDJSON:
        return await _submit_many(request, kind, caller, desk)
    raw = await bounded(request, MAX_ONE)
    async with desk.room_for(len(raw)):
        taken = _taken(raw, kind, caller, desk)
        if isinstance(taken, Flaw):
            raise desk.problem(taken)
        return await desk.one(taken)


async def _submit_many(request: Request, kind: Kind, caller: Actor, desk: Desk) -> Response:
    media_type(request, NDJSON)
    raw = await bounded(request, MAX_MANY)
    async with desk.room_for(len(raw)):
        return await desk.many(await in_turns(lines_of(raw), lambda line: _taken(line, kind, caller, desk)))


def _taken(raw: bytes, kind: Kind, caller: Actor, desk: Desk) -> Taken | Flaw:
    try:
        return take(read(raw, SubmissionBody), kind, caller, desk.reference, desk.secret, desk.clock())
    except Flaw as flaw:
        return flaw
