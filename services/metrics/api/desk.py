"""What the routes work with, and how a request becomes a question."""

from collections.abc import Mapping
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import msgspec
from fastapi import Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from services.runtime.problems import Problem

from ..handlers import Ask, Question, Refused, overview, understand
from ..ports import CellReader, Clock, Doorbell, Names
from ..tables import Language


class Desk(msgspec.Struct, frozen=True, kw_only=True):
    """`cells` reads anew for every request, `shared` may share a reading among viewers."""

    cells: CellReader
    shared: CellReader
    names: Names
    bell: Doorbell
    zone: ZoneInfo
    clock: Clock


async def _desk(request: Request) -> Desk:
    found: Desk = request.app.state.desk
    return found


AtDesk = Annotated[Desk, Depends(_desk)]


class Filters(BaseModel):
    """The part of a question that every view has. A misspelt parameter is an error: a figure would be a wrong one."""

    model_config = ConfigDict(extra="forbid")

    begin: str | None = Field(None, alias="from", description="a date or a time; included; midnight for cohort")
    end: str | None = Field(None, alias="to", description="a date or a time; not included")
    channel: str | None = None
    department: str | None = Field(None, description="`none`: not dispatched")
    category: str | None = Field(None, description="`none`: no category")
    reading: str = Field("full", description="口径: full (全口径) or assessed (考核口径: without what is excluded)")

    @property
    def only(self) -> Mapping[str, str]:
        """Dimension → value, of those that were given."""
        given = {"channel": self.channel, "department": self.department, "category": self.category}
        return {name: value for name, value in given.items() if value is not None}


class RateQuery(Filters):
    """GET /v1/rates."""

    rate: str = Field(description="an id of GET /v1/definitions")
    basis: str | None = Field(None, description="cohort, due or flow; without it the rate's first")
    group_by: str = Field("", description="dimensions with commas: channel, department, category, or a pair of them")


class ExportQuery(RateQuery):
    """GET /v1/rates/export."""

    format: Literal["csv", "xlsx"] = "xlsx"
    lang: Language = Field("zh", description="of heads and names")


class StreamQuery(Filters):
    """GET /v1/rates/stream: without `rate` the overview."""

    rate: str | None = None
    basis: str | None = None
    group_by: str = ""


async def asked_by(query: Annotated[RateQuery, Query()], desk: AtDesk) -> Ask:
    """What GET /v1/rates asks. Problem 422."""
    return understood(query, desk)


def understood(query: RateQuery, desk: Desk) -> Ask:
    """One rate. Problem 422."""
    return _one(query, query.rate, query.basis, query.group_by, desk)


async def watched_by(query: Annotated[StreamQuery, Query()], desk: AtDesk) -> Ask:
    """What the stream shows. Problem 422."""
    if query.rate is not None:
        return _one(query, query.rate, query.basis, query.group_by, desk)
    if query.basis is not None or query.group_by:
        raise Problem(422, "rate_missing", "`basis` and `group_by` go with `rate`", field="rate")
    try:
        return overview(query.begin, query.end, query.only, desk.zone, query.reading)
    except Refused as error:
        raise _problem(error) from error


def _one(filters: Filters, rate: str, basis: str | None, group_by: str, desk: Desk) -> Ask:
    question = Question(
        rate=rate,
        basis=basis,
        group_by=tuple(name.strip() for name in group_by.split(",") if name.strip()),
        begin=filters.begin,
        end=filters.end,
        only=filters.only,
        reading=filters.reading,
    )
    try:
        asked = understand(question, desk.zone)
    except Refused as error:
        raise _problem(error) from error
    return lambda _: [asked]


def _problem(error: Refused) -> Problem:
    return Problem(422, error.code, str(error), field=error.field, allowed=error.allowed)
