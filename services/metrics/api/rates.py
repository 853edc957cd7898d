"""GET /v1/rates, the same as a file, and the catalogue behind it."""

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query, Response

from services.runtime.keys import Caller
from services.runtime.openapi import answer
from services.runtime.problems import Problem

from ..domain.cells import supported
from ..domain.rates import CATALOGUE, Definition
from ..domain.rollups import ALL, ROLLED
from ..handlers import Answer, Overview, answers, limited
from ..past import Past
from ..tables import table
from .as_of import moment
from .desk import MOST_RATES, AtDesk, Desk, ExportQuery, RateQuery, SeveralQuery, figure_of, one_of
from .files import as_file
from .spreadsheets import FORMATS
from .told import told

router = APIRouter(tags=["rates"])
_REFUSED: dict[int | str, dict[str, Any]] = {
    422: {"description": "no such rate, basis, period, position or combination; `allowed` lists those that are"},
    503: {"description": "try again"},
}


class RateCatalogue(msgspec.Struct, frozen=True, kw_only=True):
    """The catalogue, and by what figures are kept: `group_by` are the combinations; a dimension that is made of another
    (`made_of`) stands in for it. `assessments` are those that weigh a score."""

    definitions: list[Definition]
    dimensions: list[str]
    made_of: Mapping[str, str]
    group_by: list[str]
    assessments: list[str]


@router.get(
    "/v1/rates",
    responses=answer(Answer, "the rate, a row for each group") | _REFUSED,
)
async def get_rates(_: Caller, query: Annotated[RateQuery, Query()], desk: AtDesk) -> Response:
    """One rate on one basis, by the dimensions asked for; now, or as it was.

    Cells and position are read at one instant. A group in which nothing is left to count has no row.
    """
    return told(await _answer(query, desk))


@router.get("/v1/rates/several", responses=answer(Overview, "an answer for each rate, in their order") | _REFUSED)
async def get_several(_: Caller, query: Annotated[SeveralQuery, Query()], desk: AtDesk) -> Response:
    """Several rates by the same dimensions, of one instant: those that share cells are read together."""
    names = query.named
    if not 0 < len(names) <= MOST_RATES:
        raise Problem(422, "bad_rates", f"`rates` are 1 to {MOST_RATES} ids with commas between them", field="rates")
    asked = [one_of(query, rate, query.basis, query.group_by, desk) for rate in names]
    found = await answers(asked, cells=desk.cells, names=desk.names, zone=desk.zone, mark=desk.counted())
    limited(found.answers)
    return told(found)


@router.get(
    "/v1/rates/export",
    response_class=Response,
    responses={
        200: {"description": "a file", "content": {media: {} for _, media in FORMATS.values()}},
        **_REFUSED,
    },
)
async def export_rates(_: Caller, query: Annotated[ExportQuery, Query()], desk: AtDesk) -> Response:
    """The same as a file for spreadsheets, with what explains it: definition, period, reading, position."""
    return as_file(table(await _answer(query, desk), query.lang), query.format, desk)


async def _answer(query: RateQuery, desk: Desk) -> Answer:
    asked = figure_of(query, desk)
    as_of = await moment(query.as_of, asked, desk)
    cells, mark = (Past(desk.evidence, as_of.position), as_of.mark) if as_of else (desk.cells, desk.counted())
    overview = await answers([asked], cells=cells, names=desk.names, zone=desk.zone, mark=mark)
    limited(overview.answers)
    return overview.answers[0]


@router.get("/v1/definitions", responses=answer(RateCatalogue, "all figures"))
async def get_definitions(_: Caller, desk: AtDesk) -> Response:
    """What is published and how it is defined."""
    return told(
        RateCatalogue(
            definitions=list(CATALOGUE.values()),
            dimensions=list(ALL),
            made_of=ROLLED,
            group_by=supported()[1:],
            assessments=sorted(name for name in desk.turns() if desk.weights(name)),
        )
    )
