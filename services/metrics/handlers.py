"""A question about rates becomes queries over cells, and one consistent reading becomes the answers."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from msgspec.structs import replace

from .domain.cells import UnsupportedDimensions, dimension_set, supported
from .domain.figures import Figure, figure
from .domain.measures import SCOPES, Basis, Scope, UnknownReading, needed, read_as, scope_of
from .domain.period_names import PeriodName, period_name
from .domain.periods import BadPeriod, Period, day, hour_of, period, shown
from .domain.rates import CATALOGUE, Definition, UnknownBasis, UnknownRate, UnknownVersion, definition
from .domain.rollups import ALL, Among, Rollups, base, regrouped
from .domain.spans import span_of
from .domain.watermark import Counted, Watermark
from .ports import CellQuery, CellReader, Names, Reading

MOST_GROUPS = 5_000
"""In one answer: some two megabytes."""


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What a caller asks, as sent. `only` holds dimension → value."""

    rate: str
    basis: str | None = None
    group_by: tuple[str, ...] = ()
    begin: str | None = None
    end: str | None = None
    only: Mapping[str, str] = {}
    reading: str = "full"
    version: int | None = None


class Refused(ValueError):
    """The question has no answer: which field, why, and what would be allowed."""

    def __init__(self, code: str, field: str, detail: str, allowed: Sequence[str] | None = None) -> None:
        super().__init__(detail)
        self.code = code
        self.field = field
        self.allowed = allowed


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A question that was understood. `group_by` and `only` are as asked, `dims` what cells are kept by."""

    row: Definition
    basis: Basis
    reading: Scope
    group_by: tuple[str, ...]
    period: Period
    dims: tuple[str, ...]
    only: Mapping[str, str]


class Heading(Counted, frozen=True, kw_only=True):
    """Which figure something is about, under which definition, of which period and how it is read: `reading` is its
    口径; and up to when it is counted."""

    rate: str
    name: str
    name_en: str
    definition: Definition
    basis: Basis
    reading: Scope
    period: PeriodName


def heading(asked: Asked, mark: Watermark, zone: ZoneInfo) -> dict[str, Any]:
    """The fields of a Heading."""
    return {
        **mark.told(zone),
        "period": period_name(asked.period, zone),
        "rate": asked.row.id,
        "name": asked.row.name,
        "name_en": asked.row.name_en,
        "definition": asked.row,
        "basis": asked.basis,
        "reading": asked.reading,
    }


class Answer(Heading, frozen=True, kw_only=True):
    """A published rate. `position` is partition → sequence number of the facts up to which it
    counts; `begin` and `end` are half-open, in the deployment's zone, None where unbounded."""

    group_by: tuple[str, ...]
    rows: list[Figure]
    position: Mapping[str, int]
    begin: str | None = msgspec.field(name="from")
    end: str | None = msgspec.field(name="to")


class Overview(Counted, frozen=True, kw_only=True):
    """Several answers of one instant. `at` is when they were read, `today` the deployment's date then."""

    at: datetime
    zone: str
    today: str
    position: Mapping[str, int]
    answers: list[Answer]


def understand(question: Question, zone: ZoneInfo) -> Asked:
    """Refused where it cannot be answered."""
    try:
        row, basis = definition(question.rate, question.basis, question.version)
        reading = scope_of(question.reading)
        asked = period(question.begin, question.end, zone, days=basis == "cohort")
        dims = dimension_set(_bases((*question.group_by, *question.only)))
    except UnknownRate as error:
        raise Refused("unknown_rate", "rate", str(error), list(CATALOGUE)) from error
    except UnknownBasis as error:
        raise Refused("unknown_basis", "basis", str(error), CATALOGUE[question.rate].bases) from error
    except UnknownVersion as error:
        raise Refused("unknown_version", "definition", str(error), list(map(str, error.known))) from error
    except UnknownReading as error:
        raise Refused("unknown_reading", "reading", str(error), SCOPES) from error
    except BadPeriod as error:
        raise Refused("bad_period", error.field, str(error)) from error
    except UnsupportedDimensions as error:
        raise Refused("unsupported_dimensions", "group_by", str(error), supported()) from error
    return Asked(
        row=row,
        basis=basis,
        reading=reading,
        group_by=tuple(name for name in ALL if name in question.group_by),
        period=asked,
        dims=dims,
        only={name: question.only[name] for name in ALL if name in question.only},
    )


def _bases(names: Iterable[str]) -> list[str]:
    """What cells are kept by for these. UnsupportedDimensions where one is no dimension."""
    if unknown := sorted(set(names) - set(ALL)):
        raise UnsupportedDimensions(f"there is no dimension {', '.join(unknown)}; there are {', '.join(ALL)}")
    return [base(name) for name in names]


def overview(
    begin: str | None, end: str | None, only: Mapping[str, str], zone: ZoneInfo, reading: str = "full"
) -> "Ask":
    """The first page's set: the four rates in total and by channel, of this year where no period is asked for, as on
    the public board; today's plain counts; and what is overdue or was answered late, of all times where none is asked
    for: last year's case that is still open is overdue in this one too."""

    def understood(rate: str, groups: tuple[str, ...] = ()) -> Asked:
        question = Question(rate=rate, group_by=groups, begin=begin, end=end, only=only, reading=reading)
        return understand(question, zone)

    shares = [
        understood(rate, groups)
        for rate in ("handled", "replied", "on_time", "satisfied")
        for groups in ((), ("channel",))
    ]
    overdue = [understood(rate) for rate in ("overdue_open", "answered_late")]
    counts = [
        understand(Question(rate=f"{kind}_count", only=only, reading=reading), zone)
        for kind in ("received", "dispatched", "replied", "closed", "evaluated", "redone")
    ]

    def asked(now: datetime) -> list[Asked]:
        today, year = day(now, zone), span_of(now, "year", zone).period
        shown_now = shares if begin or end else [replace(share, period=year) for share in shares]
        return [*shown_now, *(replace(count, period=today) for count in counts), *overdue]

    return asked


Ask = Callable[[datetime], list[Asked]]
"""What is asked at a time: a day's counts move with the day."""


async def answers(
    asked: Sequence[Asked], *, cells: CellReader, names: Names, zone: ZoneInfo, mark: Watermark
) -> Overview:
    """All of `asked` from one reading, which has all that is counted up to `mark`. Due figures count up to the last
    full hour before it. CellsAway."""
    effective, rollups = [until_now(one, zone, mark.until) for one in asked], names.rollups()
    wanted: dict[CellQuery, dict[str, None]] = {}
    for one in effective:
        wanted.setdefault(query_of(one, rollups), {}).update(dict.fromkeys(needed(one.row.measures, one.reading)))
    reading = await cells.read([replace(query, measures=tuple(measures)) for query, measures in wanted.items()])
    by_query = dict(zip(wanted, reading.sums, strict=True))
    position = vector(reading)
    return Overview(
        **mark.told(zone),
        at=mark.asked_at,
        zone=zone.key,
        today=mark.asked_at.astimezone(zone).date().isoformat(),
        position=position,
        answers=[
            Answer(
                **heading(one, mark, zone),
                group_by=one.group_by,
                rows=_rows(one, by_query[query_of(one, rollups)], names, rollups),
                position=position,
                begin=shown(one.period.begin, zone),
                end=shown(one.period.end, zone),
            )
            for one in effective
        ],
    )


def limited(told: Sequence[Answer]) -> None:
    """Refused where so many groups are more than an answer should have; who judges by them sees them all."""
    for one in told:
        if len(one.rows) > MOST_GROUPS:
            detail = (
                f"{len(one.rows)} groups, of which an answer has {MOST_GROUPS} at most: ask for a part of them by a "
                "filter such as street= or category_1=, by a dimension above, or for a series with most="
            )
            raise Refused("too_many_groups", "group_by", detail)


def vector(reading: Reading) -> dict[str, int]:
    """A reading's position as it is published."""
    return {str(partition): reading.position[partition] for partition in sorted(reading.position)}


def until_now(asked: Asked, zone: ZoneInfo, now: datetime) -> Asked:
    """Due figures count up to the last full hour before `now`."""
    if asked.basis != "due":
        return asked
    return replace(asked, period=asked.period.until(hour_of(now, zone)))


def query_of(asked: Asked, rollups: Rollups) -> CellQuery:
    """The cells that it is made of, with all their measures."""
    only: dict[str, Among] = {}
    for name, value in asked.only.items():
        meant = rollups.down(name, value)
        only[base(name)] = only.get(base(name), meant).and_(meant)
    return CellQuery(
        basis=asked.row.cells(asked.basis), period=asked.period, dims=asked.dims, only=tuple(sorted(only.items()))
    )


def _rows(
    asked: Asked, sums: Mapping[tuple[str, ...], Mapping[str, int]], names: Names, rollups: Rollups
) -> list[Figure]:
    found = regrouped(sums, asked.dims, asked.group_by, rollups)
    if not asked.group_by:
        found.setdefault((), {})
    rows: list[Figure] = []
    for values in sorted(found):
        group = dict(zip(asked.group_by, values, strict=True))
        labels = {name: names.label(name, value) for name, value in group.items()}
        row = figure(asked.row, read_as(asked.reading, found[values]), group, labels)
        if row is not None:
            rows.append(peopled(row, names))
    return rows


def peopled(row: Figure, names: Names) -> Figure:
    """A count of one place with its share of the people there, where they are known."""
    if row.denominator is not None or row.value is None or len(row.group) != 1:
        return row
    ((dimension, value),) = row.group.items()
    people = names.inhabitants(dimension, value)
    return replace(row, per_10000=round(10_000 * row.value / people, 4)) if people else row


async def totals(
    *, cells: CellReader, zone: ZoneInfo, counted: Callable[[], Watermark]
) -> dict[str, tuple[float, float]]:
    """Rate → numerator and denominator over all groups and times, on the rate's first basis. CellsAway.

    Shares of flow are left out: their sum over all times would read every hour there was, with all that happened in it.
    """
    shares = [row for row in CATALOGUE.values() if row.denominator is not None and row.bases[0] != "flow"]
    asked = [understand(Question(rate=row.id), zone) for row in shares]
    found = await answers(asked, cells=cells, names=_Unnamed(), zone=zone, mark=counted())
    return {answer.rate: (row.numerator or 0, row.denominator or 0) for answer in found.answers for row in answer.rows}


class _Unnamed:
    def label(self, dimension: str, value: str) -> Mapping[str, str]:
        return {}

    def rollups(self) -> Rollups:
        return Rollups()

    def inhabitants(self, dimension: str, value: str) -> int | None:
        return None
