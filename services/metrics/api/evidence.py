"""GET /v1/evidence/{case_id}: one case's moves, and all that it counts for."""

import msgspec
from fastapi import APIRouter, Response

from services.runtime.keys import Caller
from services.runtime.problems import Problem, unavailable

from ..ports import CellsAway, Kept
from .desk import AtDesk
from .documented import answer

router = APIRouter(tags=["receipts"])


@router.get(
    "/v1/evidence/{case_id}",
    responses=answer(Kept, "its moves in order, and its pieces: what counted from which fact on and up to which")
    | {404: {"description": "no such case, or none yet"}, 503: {"description": "try again"}},
)
async def get_evidence(_: Caller, case_id: str, desk: AtDesk) -> Response:
    """What stands behind figures of one case. No text and no name is in it."""
    try:
        found = await desk.evidence.one(case_id)
    except CellsAway as error:
        raise unavailable(str(error)) from error
    if found is None:
        raise Problem(404, "unknown_case", f"no case {case_id} is counted; ids are as receipts list them")
    return Response(msgspec.json.encode(found), media_type="application/json", headers={"Cache-Control": "no-store"})
