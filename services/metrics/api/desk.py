"""What the routes work with, and how a request becomes a question."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec
from fastapi import Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from services.contracts.directory import Alert
from services.runtime.problems import Problem

from ..domain.periods import BadPeriod
from ..domain.rollups import ALL
from ..domain.spans import CALENDAR, NOW, Span, Turn, span, span_of
from ..domain.watermark import Watermark
from ..explaining import Receipt
from ..handlers import Ask, Asked, Question, overview, understand
from ..ports import AlertBook, CellReader, Clock, Doorbell, EvidenceReader, Names, PartedReader
from ..published import Published
from ..recounts import Recounts
from ..tables import Language
from .spreadsheets import Format

AS_OF = (
    "what the figure was: at a time that is over (to the second), or at a position of the log such as 0:12,1:9, as "
    "answers carry it. Without it, what it is now"
)
MOST_RATES = 120
"""In one question: all that there are."""


class Desk(msgspec.Struct, frozen=True, kw_only=True):
    """`cells` reads anew for every request, `shared` may share a reading among viewers; `evidence` is what stands
    behind them, `recounts` counts it, `published` is what everybody may see of satisfaction. `turns` are the
    assessments' (考核周期) by id, `weights` what one weighs. `rules` are those of the alerts (预警) that
    `alerts` keeps. `disagreed` is told of a figure that its cases do not add up to. `counted` says up to when
    the cells count, `evident` up to when the evidence does."""

    cells: PartedReader
    shared: CellReader
    evidence: EvidenceReader
    recounts: Recounts
    published: Published
    disagreed: Callable[[Receipt], None]
    names: Names
    turns: Callable[[], Mapping[str, Turn]]
    weights: Callable[[str], Mapping[str, float]]
    rules: Callable[[], Mapping[str, Alert]]
    alerts: AlertBook
    bell: Doorbell
    zone: ZoneInfo
    clock: Clock
    counted: Callable[[], Watermark]
    evident: Callable[[], datetime | None]


async def _desk(request: Request) -> Desk:
    found: Desk = request.app.state.desk
    return found


AtDesk = Annotated[Desk, Depends(_desk)]


class Filters(BaseModel):
    """The part of a question that every view has. A misspelt parameter is an error: a figure would be a wrong one."""

    model_config = ConfigDict(extra="forbid")

    begin: str | None = Field(None, alias="from", description="a date or a time; included; midnight for cohort")
    end: str | None = Field(None, alias="to", description="a date or a time; not included")
    period: str | None = Field(
        None,
        description="instead of `from` and `to`: 2026, 2026-11, 2026-W48, 2026-11-28 or 2026-11-28T09; or the year, "
        "month, week, today that it is now",
    )
    assessment: str | None = Field(None, description="whose months and years (考核周期): an id of the directory")
    channel: str | None = None
    department: str | None = Field(None, description="`none`: not dispatched")
    category: str | None = Field(None, description="`none`: no category")
    category_1: str | None = Field(None, description="a category of the first level, with all below it")
    category_2: str | None = Field(None, description="one of the second level, with all below it")
    grid: str | None = Field(None, description="`none`: no grid")
    community: str | None = Field(None, description="all of its grids")
    street: str | None = Field(None, description="all of its communities")
    urgency: str | None = Field(None, description="normal or urgent")
    definition: int | None = Field(None, description="a version of the figure's definition; without it the newest")
    reading: str = Field("full", description="口径: full (全口径) or assessed (考核口径: without what is excluded)")

    @property
    def only(self) -> Mapping[str, str]:
        """Dimension → value, of those that were given."""
        return {name: value for name in ALL if (value := getattr(self, name)) is not None}


class FigureQuery(Filters):
    """One figure, by some dimensions."""

    rate: str = Field(description="an id of GET /v1/definitions")
    basis: str | None = Field(None, description="cohort, due or flow; without it the rate's first")
    group_by: str = Field("", description=f"dimensions with commas, at most a pair of them: {', '.join(ALL)}")


class RateQuery(FigureQuery):
    """GET /v1/rates."""

    as_of: str | None = Field(None, description=AS_OF)


class SeveralQuery(Filters):
    """GET /v1/rates/several."""

    rates: str = Field(description=f"ids of GET /v1/definitions with commas, at most {MOST_RATES}")
    basis: str | None = Field(None, description="cohort, due or flow, of all of them; without it each one's first")
    group_by: str = Field("", description="as for one")

    @property
    def named(self) -> list[str]:
        """The ids, each once."""
        return list(dict.fromkeys(name.strip() for name in self.rates.split(",") if name.strip()))


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
    """What the stream shows. Refused, Problem 422."""
    if query.rate is not None:
        asked = one_of(query, query.rate, query.basis, query.group_by, desk)
        return lambda _: [asked]
    if query.basis is not None or query.group_by:
        raise Problem(422, "rate_missing", "`basis` and `group_by` go with `rate`", field="rate")
    begin, end = _edges(query, desk)
    return overview(begin, end, query.only, desk.zone, query.reading)


def figure_of(query: FigureQuery, desk: Desk) -> Asked:
    """The figure as it was understood. Refused, Problem 422."""
    return one_of(query, query.rate, query.basis, query.group_by, desk)


def one_of(filters: Filters, rate: str, basis: str | None, group_by: str, desk: Desk) -> Asked:
    """One rate as it was understood. Refused, Problem 422."""
    begin, end = _edges(filters, desk)
    question = Question(
        rate=rate,
        basis=basis,
        group_by=tuple(name.strip() for name in group_by.split(",") if name.strip()),
        begin=begin,
        end=end,
        only=filters.only,
        reading=filters.reading,
        version=filters.definition,
    )
    return understand(question, desk.zone)


def _edges(filters: Filters, desk: Desk) -> tuple[str | None, str | None]:
    named = span_in(filters, desk)
    return (named.begin.isoformat(), named.end.isoformat()) if named else (filters.begin, filters.end)


def span_in(filters: Filters, desk: Desk) -> Span | None:
    """The span of `period`; None where none is named. Problem 422."""
    turn = turn_of(filters, desk)
    if filters.period is None:
        return None
    if filters.begin is not None or filters.end is not None:
        raise Problem(422, "bad_period", "`period` stands instead of `from` and `to`", field="period")
    if filters.period in NOW:
        return span_of(desk.clock(), NOW[filters.period], desk.zone, turn)
    try:
        return span(filters.period, desk.zone, turn)
    except BadPeriod as error:
        raise Problem(422, "bad_period", str(error), field=error.field) from error


def turn_of(filters: Filters, desk: Desk) -> Turn:
    """When months and years begin: the assessment's, else the calendar's. Problem 422."""
    if filters.assessment is None:
        return CALENDAR
    turns = desk.turns()
    if filters.assessment not in turns:
        detail = f"there is no assessment {filters.assessment!r}; GET /v1/directory/assessment at routing lists them"
        raise Problem(422, "unknown_assessment", detail, field="assessment", allowed=sorted(turns))
    return turns[filters.assessment]
