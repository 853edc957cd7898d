"""GET /v1/rates/series and /v1/rates/compare: a figure over time, and beside what it was."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import Field

from services.runtime.keys import Caller
from services.runtime.openapi import answer
from services.runtime.problems import Problem

from ..domain.spans import Unit
from ..handlers import limited
from ..series import Beside, Comparison, Series, compare, series
from .desk import AtDesk, FigureQuery, figure_of, span_in, turn_of
from .told import told

router = APIRouter(tags=["rates"])
_REFUSED: dict[int | str, dict[str, Any]] = {
    422: {"description": "no such rate, basis, period, assessment or combination; `allowed` lists those that are"},
    503: {"description": "try again"},
}


class SeriesQuery(FigureQuery):
    """GET /v1/rates/series."""

    by: Unit = Field("day", description="how long a span is; months and years are the assessment's where one is named")
    most: int | None = Field(
        None,
        ge=1,
        le=1_000,
        description="so many groups alone, those with the most to count, of `groups`",
    )


class CompareQuery(FigureQuery):
    """GET /v1/rates/compare."""

    beside: list[Beside] = Field(["previous", "year_before"], description="环比 previous, 同比 year_before")


@router.get("/v1/rates/series", responses=answer(Series, "the rate, span by span") | _REFUSED)
async def get_series(_: Caller, query: Annotated[SeriesQuery, Query()], desk: AtDesk) -> Response:
    """One rate over time, from `from` on or in a `period`, by hours, days, weeks, months or years."""
    asked = figure_of(query, desk)
    found = await series(
        asked,
        query.by,
        turn_of(query, desk),
        query.most,
        cells=desk.cells,
        names=desk.names,
        zone=desk.zone,
        mark=desk.counted(),
    )
    return told(found)


@router.get("/v1/rates/compare", responses=answer(Comparison, "the rate, and beside it what it was") | _REFUSED)
async def get_comparison(_: Caller, query: Annotated[CompareQuery, Query()], desk: AtDesk) -> Response:
    """One rate in a `period`, beside the period before and that of the year before."""
    span = span_in(query, desk)
    if span is None:
        raise Problem(422, "bad_period", "a comparison needs a `period`, such as 2026-11", field="period")
    asked = figure_of(query, desk)
    found = await compare(
        asked,
        span,
        query.beside,
        turn_of(query, desk),
        cells=desk.cells,
        names=desk.names,
        zone=desk.zone,
        mark=desk.counted(),
    )
    limited([found])
    return told(found)
