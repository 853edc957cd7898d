"""GET /v1/rates, the same as a file, and the catalogue behind it."""

from typing import Annotated, Any
from urllib.parse import quote

import msgspec
from fastapi import APIRouter, Depends, Query, Response

from services.runtime.keys import Caller
from services.runtime.problems import unavailable

from ..domain.cells import DIMENSIONS, supported
from ..domain.rates import CATALOGUE, Definition
from ..handlers import Answer, Ask, answers
from ..ports import CellsAway
from ..tables import table
from .desk import AtDesk, Desk, ExportQuery, asked_by, understood
from .documented import answer
from .spreadsheets import FORMATS

router = APIRouter(tags=["rates"])
_REFUSED: dict[int | str, dict[str, Any]] = {
    422: {"description": "no such rate, basis, period or combination; `allowed` lists those that are"},
    503: {"description": "try again"},
}


class Definitions(msgspec.Struct, frozen=True, kw_only=True):
    """The catalogue, and by what figures are kept."""

    definitions: list[Definition]
    dimensions: list[str]
    group_by: list[str]


@router.get(
    "/v1/rates",
    responses=answer(Answer, "the rate, a row for each group") | _REFUSED,
)
async def get_rates(_: Caller, asked: Annotated[Ask, Depends(asked_by)], desk: AtDesk) -> Response:
    """One rate on one basis, by the dimensions asked for.

    Cells and position are read at one instant. A group in which nothing is left to count has no row.
    """
    return _json(await _answer(asked, desk))


@router.get(
    "/v1/rates/export",
    response_class=Response,
    responses={
        200: {"description": "a file", "content": {media: {} for _, media in FORMATS.values()}},
        **_REFUSED,
    },
)
async def export(_: Caller, query: Annotated[ExportQuery, Query()], desk: AtDesk) -> Response:
    """The same as a file for spreadsheets, with what explains it: definition, period, reading, position."""
    told = table(await _answer(understood(query, desk), desk), query.lang)
    write, media = FORMATS[query.format]
    name = quote(f"{told.name}-{desk.clock().astimezone(desk.zone):%Y%m%d-%H%M}.{query.format}")
    return Response(
        write(told),
        media_type=media,
        headers={"Content-Disposition": f"attachment; filename*=UTF-8''{name}", "Cache-Control": "no-store"},
    )


async def _answer(asked: Ask, desk: Desk) -> Answer:
    now = desk.clock()
    try:
        overview = await answers(asked(now), cells=desk.cells, names=desk.names, zone=desk.zone, now=now)
    except CellsAway as error:
        raise unavailable(str(error)) from error
    return overview.answers[0]


@router.get("/v1/definitions", responses=answer(Definitions, "all figures"))
async def get_definitions(_: Caller) -> Response:
    """What is published and how it is defined."""
    return _json(
        Definitions(definitions=list(CATALOGUE.values()), dimensions=list(DIMENSIONS), group_by=supported()[1:])
    )


def _json(body: msgspec.Struct) -> Response:
    return Response(msgspec.json.encode(body), media_type="application/json", headers={"Cache-Control": "no-store"})
