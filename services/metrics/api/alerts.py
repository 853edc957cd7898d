"""GET /v1/alerts: what stands (预警), what was cleared lately, which rules cannot be judged."""

from typing import Any

from fastapi import APIRouter, Response

from services.runtime.keys import Caller
from services.runtime.openapi import answer

from ..alerts import AlertBoard, board
from .desk import AtDesk
from .told import told

router = APIRouter(tags=["alerts"])
_AWAY: dict[int | str, dict[str, Any]] = {503: {"description": "try again"}}


@router.get(
    "/v1/alerts", responses=answer(AlertBoard, "alerts that stand, and those of seven days that do no more") | _AWAY
)
async def get_alerts(_: Caller, desk: AtDesk) -> Response:
    """As judged last, once a minute. The rules are the directory's, kind `alert`."""
    found = await board(
        desk.rules(), desk.turns(), book=desk.alerts, names=desk.names, zone=desk.zone, mark=desk.counted()
    )
    return told(found)
