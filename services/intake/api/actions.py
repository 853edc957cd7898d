"""POST /v1/cases/{case_id}/actions, and many on /v1/actions."""

from fastapi import APIRouter, Request, Response

from services.contracts.actions import ActionRequested
from services.contracts.actors import Actor
from services.runtime.keys import Caller
from services.runtime.lanes import LaneRoute
from services.runtime.openapi import answer

from ..domain.bodies import ActionBody, read
from ..domain.flaws import Flaw
from ..domain.submission import request as requested
from .answers import ActionAccepted
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

router = APIRouter(tags=["actions"], route_class=LaneRoute)


@router.post(
    "/v1/cases/{case_id}/actions",
    status_code=202,
    responses=ERRORS | answer(ActionAccepted, "stored; a repeat has no effect", 202),
    openapi_extra=one_of(ActionBody),
)
async def submit_action(case_id: str, request: Request, caller: Caller, desk: AtDesk) -> Response:
    """Ask for a move of a case. 202 with the address of its outcome: applied, or refused with the reason.

    An `action_id` is the sender's own. The same again has no effect; a refused one is used up: ask anew under another.
    """
    media_type(request, JSON)
    raw = await bounded(request, MAX_ONE)
    async with desk.room_for(len(raw)):
        asked = _asked(raw, case_id, caller, desk)
        if isinstance(asked, Flaw):
            raise desk.problem(asked)
        return await desk.one(asked)


@router.post(
    "/v1/actions",
    response_class=Response,
    responses=ERRORS | MANY,
    openapi_extra=many_of(ActionBody),
)
async def submit_actions(request: Request, caller: Caller, desk: AtDesk) -> Response:
    """Many, each line with its case_id."""
    media_type(request, NDJSON)
    raw = await bounded(request, MAX_MANY)
    async with desk.room_for(len(raw)):
        return await desk.many(await in_turns(lines_of(raw), lambda line: _asked(line, None, caller, desk)))


def _asked(raw: bytes, case_id: str | None, caller: Actor, desk: Desk) -> ActionRequested | Flaw:
    try:
        body = read(raw, ActionBody)
        if case_id is not None and body.case_id not in (None, case_id):
            raise Flaw("other_case", "case_id", "the body names another case than the address")
        return requested(body, case_id or body.case_id, caller, desk.clock())
    except Flaw as flaw:
        return flaw
