"""A figure span by span, and beside the span before and that of the year before: 走势, 环比, 同比."""

import asyncio
import heapq
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from .domain.cells import DIMENSIONS, Tally, add, dimension_set
from .domain.figures import Figure, figure
from .domain.maturity import TERM, due_share, mature
from .domain.measures import needed, read_as
from .domain.periods import BadPeriod, Period, marked, shown
from .domain.rates import Definition
from .domain.rollups import Among, regrouped
from .domain.spans import CALENDAR, Span, Turn, Unit, before, span_of, spans, year_before
from .domain.watermark import Watermark
from .handlers import Answer, Asked, Heading, Refused, answers, heading, query_of, until_now, vector
from .ports import CellQuery, CellReader, Names

MOST_POINTS = 100_000
"""In one answer: some thirty megabytes before they are compressed."""
Beside = Literal["previous", "year_before"]
"""环比, 同比."""


class SeriesSpan(msgspec.Struct, frozen=True, kw_only=True):
    """A span as it is published; half-open, in the deployment's zone. `complete`: it is over, and all of it is counted.

    `mature`: what is counted there can be compared with other spans. By the day received that is so once the due times
    of 95 % of its cases have passed for sure (`due_share`, None where there are none): before that they cannot all be
    closed or answered, and a line of 办结率 falls at its end for no other reason. On other bases it is `complete`.
    """

    span: str
    begin: str = msgspec.field(name="from")
    end: str = msgspec.field(name="to")
    complete: bool
    mature: bool
    due_share: float | None = None


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A group's figures, one for each span; their own groups and labels are left empty."""

    group: Mapping[str, str]
    labels: Mapping[str, Mapping[str, str]]
    figures: list[Figure]


class Series(Heading, frozen=True, kw_only=True):
    """A published rate over time. `groups` is how many there are, of which `rows` may have the largest alone."""

    group_by: tuple[str, ...]
    by: Unit
    spans: list[SeriesSpan]
    groups: int
    rows: list[Line]
    position: Mapping[str, int]


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What a group's figure was then, and how far it has moved since: `difference` in the figure's own unit (of shares
    in parts of one), `ratio` of the difference to what it was. None where one of the two is no number."""

    figure: Figure
    difference: float | int | None
    ratio: float | None


class ComparedPeriod(msgspec.Struct, frozen=True, kw_only=True):
    """The same question about another span: for each group that it or the answer has, in the answer's order first."""

    span: SeriesSpan
    changes: list[Change]


class Comparison(Answer, frozen=True, kw_only=True):
    """An answer about a span, with others beside it."""

    span: SeriesSpan
    compared: Mapping[Beside, ComparedPeriod]


async def series(
    asked: Asked,
    by: Unit,
    turn: Turn,
    most: int | None = None,
    *,
    cells: CellReader,
    names: Names,
    zone: ZoneInfo,
    mark: Watermark,
) -> Series:
    """Of a period with a beginning, up to its end or the end of the span that is not over; of the `most` groups that
    have the most to count in it, or of all. CellsAway, Refused."""
    if by == "hour" and asked.row.cells(asked.basis) in ("cohort", "durations"):
        raise Refused("bad_period", "by", "figures on this basis are kept by the day: ask by day, week, month or year")
    if asked.period.begin is None:
        raise Refused("bad_period", "from", "a series needs `from`, or a `period`")
    end = asked.period.end or span_of(mark.asked_at, by, zone, turn).end
    try:
        found = list(spans(Period(begin=asked.period.begin, end=end), by, zone, turn))
    except BadPeriod as error:
        raise Refused("bad_period", error.field, str(error)) from error
    asked = until_now(replace(asked, period=Period(begin=asked.period.begin, end=end)), zone, mark.until)
    rollups = names.rollups()
    query = replace(
        query_of(asked, rollups),
        bucketed=True,
        by_month=by in ("month", "year") and turn.day == CALENDAR.day,
        measures=tuple(needed(asked.row.measures, asked.reading)),
    )
    sums: dict[tuple[str, ...], list[dict[str, int]]] = {} if asked.group_by else {(): [{} for _ in found]}
    groups = None
    if most is not None and asked.group_by:
        largest, groups = await _largest(asked, most, cells=cells, names=names, zone=zone, mark=mark)
        sums = {group: [{} for _ in found] for group in largest}
        query = _only(query, asked.group_by, largest)
    terms = _terms(asked, query)
    reading = await cells.read([query, *terms])
    begins = [one.begin for one in found]
    by_bucket = regrouped(reading.sums[0], ("bucket", *asked.dims), ("bucket", *asked.group_by), rollups)
    for (bucket, *group), tally in by_bucket.items():
        if groups is not None and tuple(group) not in sums:
            continue
        row = sums.setdefault(tuple(group), [{} for _ in found])
        add(row[bisect_right(begins, marked(bucket)) - 1], tally)
    if len(sums) * len(found) > MOST_POINTS:
        raise Refused(
            "too_many_points",
            "by",
            f"{len(sums)} groups in {len(found)} spans are more than {MOST_POINTS} figures: ask for the largest groups "
            "with most=, for larger spans with by=, or for a shorter period",
        )
    rows = []
    for values in sums if groups is not None else sorted(sums):
        rows.append(_line(asked, values, sums[values], names))
        await asyncio.sleep(0)  # a thousand groups by a thousand days are seconds of work, in which others ask as well
    return Series(
        **heading(asked, mark, zone),
        group_by=asked.group_by,
        by=by,
        spans=[
            _told(one, zone, mark, share if terms else UNSET)
            for one, share in zip(found, _due_shares(reading.sums[1:], begins, asked, mark), strict=True)
        ],
        groups=len(rows) if groups is None else groups,
        rows=rows,
        position=vector(reading),
    )


async def _largest(
    asked: Asked, most: int, *, cells: CellReader, names: Names, zone: ZoneInfo, mark: Watermark
) -> tuple[list[tuple[str, ...]], int]:
    """The groups with the most to count in the period, the largest first; and how many there are."""
    overview = await answers([asked], cells=cells, names=names, zone=zone, mark=mark)
    rows = overview.answers[0].rows
    largest = heapq.nlargest(most, rows, key=lambda one: one.denominator or one.value or 0)
    return [tuple(one.group[name] for name in asked.group_by) for one in largest], len(rows)


def _only(query: CellQuery, group_by: Sequence[str], groups: Sequence[tuple[str, ...]]) -> CellQuery:
    """Of these groups alone, where cells are kept by what is grouped by."""
    if len(group_by) != 1 or group_by[0] not in DIMENSIONS:
        return query
    (name,), only = group_by, dict(query.only)
    wanted = Among(tuple(value for (value,) in groups))
    only[name] = only[name].and_(wanted) if name in only else wanted
    return replace(query, only=tuple(sorted(only.items())))


async def compare(
    asked: Asked,
    span: Span,
    beside: Sequence[Beside],
    turn: Turn,
    *,
    cells: CellReader,
    names: Names,
    zone: ZoneInfo,
    mark: Watermark,
) -> Comparison:
    """The answer about `span`, which is the period of `asked`, and the others from the same reading. CellsAway."""
    try:
        others = {name: (before if name == "previous" else year_before)(span, zone, turn) for name in beside}
    except BadPeriod as error:
        raise Refused("bad_period", "beside", f"there is no span before {span.text} to compare with") from error
    questions = [asked, *(replace(asked, period=other.period) for other in others.values())]
    overview = await answers(questions, cells=cells, names=names, zone=zone, mark=mark)
    main, *then = overview.answers
    compared = {
        name: ComparedPeriod(span=_told(other, zone, mark), changes=_changes(main.rows, answer.rows, asked.row))
        for (name, other), answer in zip(others.items(), then, strict=True)
    }
    fields = {name: getattr(main, name) for name in Answer.__struct_fields__}
    return Comparison(**fields, span=_told(span, zone, mark), compared=compared)


def _terms(asked: Asked, query: CellQuery) -> list[CellQuery]:
    """By the day received: how long the cases of each day have until they are due, all groups together."""
    if asked.row.cells(asked.basis) not in ("cohort", "durations"):
        return []
    measures = tuple(needed((TERM,), asked.reading))
    dims = dimension_set(name for name, _ in query.only)
    return [replace(query, basis="durations", dims=dims, measures=measures, by_month=False)]


def _due_shares(
    sums: Sequence[Mapping[tuple[str, ...], Tally]], begins: Sequence[datetime], asked: Asked, mark: Watermark
) -> list[float | None]:
    """Of each span; all groups together."""
    days: list[list[tuple[datetime, Tally]]] = [[] for _ in begins]
    for (bucket, *_), tally in (row for one in sums for row in one.items()):
        begin = marked(bucket)
        days[bisect_right(begins, begin) - 1].append((begin, read_as(asked.reading, tally)))
    return [due_share(there, mark.until) for there in days]


def _told(one: Span, zone: ZoneInfo, mark: Watermark, share: float | UnsetType | None = UNSET) -> SeriesSpan:
    begin, end = shown(one.begin, zone), shown(one.end, zone)
    assert begin is not None
    assert end is not None
    complete = one.end <= mark.until
    if share is UNSET:
        return SeriesSpan(span=one.text, begin=begin, end=end, complete=complete, mature=complete)
    return SeriesSpan(
        span=one.text, begin=begin, end=end, complete=complete, mature=complete and mature(share), due_share=share
    )


def _line(asked: Asked, values: tuple[str, ...], sums: Sequence[Mapping[str, int]], names: Names) -> Line:
    group = dict(zip(asked.group_by, values, strict=True))
    labels = {name: names.label(name, value) for name, value in group.items()}
    found = [figure(asked.row, read_as(asked.reading, one), {}, {}) for one in sums]
    return Line(group=group, labels=labels, figures=[one for one in found if one is not None])


def _changes(now: Sequence[Figure], then: Sequence[Figure], row: Definition) -> list[Change]:
    by_group = {tuple(one.group.items()): one for one in then}
    found = []
    for one in now:
        old = by_group.pop(tuple(one.group.items()), None)
        found.append(_change(one, old or _nothing(row, one)))
    return [*found, *(_change(_nothing(row, old), old) for old in by_group.values())]


def _change(one: Figure, old: Figure) -> Change:
    if one.value is None or old.value is None:
        return Change(figure=old, difference=None, ratio=None)
    difference = one.value - old.value
    return Change(figure=old, difference=difference, ratio=difference / old.value if old.value else None)


def _nothing(row: Definition, like: Figure) -> Figure:
    empty = figure(row, {}, {}, {})
    assert empty is not None
    return replace(empty, group=like.group, labels=like.labels)
