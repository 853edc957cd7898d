"""GET /v1/rates and the catalogue behind it."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Response

from services.runtime.keys import Caller
from services.runtime.problems import unavailable

from ..domain.cells import DIMENSIONS, supported
from ..domain.rates import CATALOGUE, Definition
from ..handlers import Answer, Ask, answers
from ..ports import CellsAway
from .desk import AtDesk, asked_by
from .documented import answer

router = APIRouter(tags=["rates"])


class Definitions(msgspec.Struct, frozen=True, kw_only=True):
    """The catalogue, and by what figures are kept."""

    definitions: list[Definition]
    dimensions: list[str]
    group_by: list[str]


@router.get(
    "/v1/rates",
    responses=answer(Answer, "the rate, a row for each group")
    | {
        422: {"description": "no such rate, basis, period or combination; `allowed` lists those that are"},
        503: {"description": "try again"},
    },
)
async def get_rates(_: Caller, asked: Annotated[Ask, Depends(asked_by)], desk: AtDesk) -> Response:
    """One rate on one basis, by the dimensions asked for.

    Cells and position are read at one instant. A group in which nothing is left to count has no row.
    """
    now = desk.clock()
    try:
        overview = await answers(asked(now), cells=desk.cells, names=desk.names, zone=desk.zone, now=now)
    except CellsAway as error:
        raise unavailable(str(error)) from error
    return _json(overview.answers[0])


@router.get("/v1/definitions", responses=answer(Definitions, "all figures"))
async def get_definitions(_: Caller) -> Response:
    """What is published and how it is defined."""
    return _json(
        Definitions(definitions=list(CATALOGUE.values()), dimensions=list(DIMENSIONS), group_by=supported()[1:])
    )


def _json(body: msgspec.Struct) -> Response:
    return Response(msgspec.json.encode(body), media_type="application/json", headers={"Cache-Control": "no-store"})
