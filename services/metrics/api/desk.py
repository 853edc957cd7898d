"""What the routes work with, and how a request becomes a question."""

from collections.abc import Callable, Mapping
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec
from fastapi import Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from services.runtime.problems import Problem

from ..explaining import Receipt
from ..handlers import Ask, Asked, Question, Refused, overview, understand
from ..ports import CellReader, Clock, Doorbell, EvidenceReader, Names, PartedReader
from ..tables import Language
from .spreadsheets import Format

AS_OF = (
    "what the figure was: at a time that is over (to the second), or at a position of the log such as 0:12,1:9, as "
    "answers carry it. Without it, what it is now"
)


class Desk(msgspec.Struct, frozen=True, kw_only=True):
    """`cells` reads anew for every request, `shared` may share a reading among viewers; `evidence` is what stands
    behind them. `disagreed` is told of a figure that is not what its cases add up to."""

    cells: PartedReader
    shared: CellReader
    evidence: EvidenceReader
    disagreed: Callable[[Receipt], None]
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
    as_of: str | None = Field(None, description=AS_OF)


class ExportQuery(RateQuery):
    """GET /v1/rates/export."""

    format: Format = "xlsx"
    lang: Language = Field("zh", description="of heads and names")


class StreamQuery(Filters):
    """GET /v1/rates/stream: without `rate` the overview."""

    rate: str | None = None
    basis: str | None = None
    group_by: str = ""


async def watched_by(query: Annotated[StreamQuery, Query()], desk: AtDesk) -> Ask:
    """What the stream shows. Problem 422."""
    if query.rate is not None:
        asked = one_of(query, query.rate, query.basis, query.group_by, desk)
        return lambda _: [asked]
    if query.basis is not None or query.group_by:
        raise Problem(422, "rate_missing", "`basis` and `group_by` go with `rate`", field="rate")
    try:
        return overview(query.begin, query.end, query.only, desk.zone, query.reading)
    except Refused as error:
        raise _problem(error) from error


def one_of(filters: Filters, rate: str, basis: str | None, group_by: str, desk: Desk) -> Asked:
    """One rate as it was understood. Problem 422."""
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
        return understand(question, desk.zone)
    except Refused as error:
        raise _problem(error) from error


def _problem(error: Refused) -> Problem:
    return Problem(422, error.code, str(error), field=error.field, allowed=error.allowed)
