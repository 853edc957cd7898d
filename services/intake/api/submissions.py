"""POST /v1/tickets and /v1/opinions."""

from fastapi import APIRouter, Request, Response

from services.contracts.actors import Actor
from services.contracts.identity import Kind
from services.runtime.keys import Caller
from services.runtime.lanes import LaneRoute

from ..domain.bodies import SubmissionBody, read
from ..domain.flaws import Flaw
from ..domain.submission import Taken, take
from .bodies import ERRORS, JSON, MANY, MAX_MANY, MAX_ONE, NDJSON, bounded, documented, in_turns, lines_of, media_type
from .desk import AtDesk, Desk

router = APIRouter(tags=["submissions"], route_class=LaneRoute)
_ANSWERS = {**ERRORS, 200: MANY}
_BODY = documented(SubmissionBody, JSON, NDJSON)


@router.post("/v1/tickets", status_code=202, responses=_ANSWERS, openapi_extra=_BODY)
async def tickets(request: Request, caller: Caller, desk: AtDesk) -> Response:
    """Something to be handled. 202 once it is stored by all replicas; the same again has no effect."""
    return await _submit(request, "ticket", caller, desk)


@router.post("/v1/opinions", status_code=202, responses=_ANSWERS, openapi_extra=_BODY)
async def opinions(request: Request, caller: Caller, desk: AtDesk) -> Response:
    """Something to be considered and answered. 202 once it is stored by all replicas."""
    return await _submit(request, "opinion", caller, desk)


async def _submit(request: Request, kind: Kind, caller: Actor, desk: Desk) -> Response:
    many = media_type(request, JSON, NDJSON) == NDJSON
    raw = await bounded(request, MAX_MANY if many else MAX_ONE)
    async with desk.room_for(len(raw)):
        if many:
            return await desk.many(await in_turns(lines_of(raw), lambda line: _taken(line, kind, caller, desk)))
        taken = _taken(raw, kind, caller, desk)
        if isinstance(taken, Flaw):
            raise desk.problem(taken)
        return await desk.one(taken)


def _taken(raw: bytes, kind: Kind, caller: Actor, desk: Desk) -> Taken | Flaw:
    try:
        return take(read(raw, SubmissionBody), kind, caller, desk.reference, desk.secret, desk.clock())
    except Flaw as flaw:
        return flaw
