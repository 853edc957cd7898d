"""GET /v1/scores: an assessment's score of each department, channel or category, with its parts and rank."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import Field

from services.runtime.keys import Caller
from services.runtime.openapi import answer
from services.runtime.problems import Problem

from ..domain.rates import CATALOGUE
from ..scores import Scores, scores
from .desk import AtDesk, Filters, one_of, turn_of
from .told import told

router = APIRouter(tags=["scores"])


class ScoreQuery(Filters):
    """GET /v1/scores."""

    assessment: str = Field(description="an id of the directory: its weights, months and years")
    group_by: str = Field("department", description="a dimension, or a pair of them")


_REFUSED: dict[int | str, dict[str, Any]] = {
    422: {"description": "no such assessment, period or combination, or an assessment that weighs nothing"},
    503: {"description": "try again"},
}


@router.get("/v1/scores", responses=answer(Scores, "a row for each group, the best first") | _REFUSED)
async def get_scores(_: Caller, query: Annotated[ScoreQuery, Query()], desk: AtDesk) -> Response:
    """综合得分 of a period, weighed as the assessment says; each on its rate's first basis."""
    turn_of(query, desk)
    weights = desk.weights(query.assessment)
    known = [rate for rate in weights if rate in CATALOGUE and CATALOGUE[rate].denominator is not None]
    if not known:
        detail = f"the assessment {query.assessment} weighs no share: set `score` in its row of the directory"
        raise Problem(422, "no_score", detail, field="assessment")
    asked = [one_of(query, rate, None, query.group_by, desk) for rate in known]
    found = await scores(
        query.assessment,
        weights,
        asked,
        cells=desk.cells,
        names=desk.names,
        zone=desk.zone,
        mark=desk.counted(),
    )
    return told(found)
