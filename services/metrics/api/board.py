"""GET /v1/public: the public board's figures, for everybody, where the deployment has it on."""

import msgspec
from fastapi import APIRouter, Request, Response

from services.runtime.openapi import answer
from services.runtime.problems import Problem

from ..public import Public, public
from .desk import AtDesk

router = APIRouter(tags=["public"])
FRESH_SECONDS = 30


@router.get(
    "/v1/public",
    responses=answer(Public, "chosen shares, nothing said of fewer than ten")
    | {404: {"description": "this deployment has no public board"}, 503: {"description": "try again"}},
)
async def get_public(request: Request, desk: AtDesk) -> Response:
    """This year's shares, in total and by department. No key is asked for."""
    require_public(request)
    found = await public(
        cells=desk.shared, published=desk.published, names=desk.names, zone=desk.zone, mark=desk.counted()
    )
    headers = {"Cache-Control": f"public, max-age={FRESH_SECONDS}"}
    return Response(msgspec.json.encode(found), media_type="application/json", headers=headers)


def require_public(request: Request) -> None:
    """Problem 404 where the board is off."""
    if not request.app.state.public:
        raise Problem(404, "no_public_board", "this deployment has no public board; MINGSHAO_PUBLIC=true opens one")
