"""综合得分: what an assessment's rates come to, weighed; always with its parts, and the rank among all groups.

A part that has nothing to divide by is left out of a group's score, and its weight with it: nobody is punished for what
did not happen, and the row says which weights it stands on. Few cases rank nobody: a group has a rank only where each
part that any group has enough of stands on `least_n` cases or more. Five ratings are not better than five hundred, and
none of one is not the worst.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from .domain.figures import Figure
from .domain.measures import Scope
from .domain.period_names import PeriodName
from .domain.watermark import Counted, Watermark
from .handlers import Asked, answers
from .ports import CellReader, Names

LEAST_N = 10


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One rate's: `points` of a hundred are what it adds to the score, None where it is left out."""

    rate: str
    weight: float
    figure: Figure
    points: float | None


class Scored(msgspec.Struct, frozen=True, kw_only=True):
    """A group's score of a hundred, None where no part could be counted; `weight` is the sum of those that could.

    `rank` is 1 for the highest; equal scores share it (1, 2, 2, 4). A group without a score has none (`unranked`:
    `nothing_counted`), nor one of which a part stands on fewer than `least_n` cases (`too_few`); `n` is the smallest of
    its parts' numbers of cases. How sure each part is, its interval says.
    """

    group: Mapping[str, str]
    labels: Mapping[str, Mapping[str, str]]
    score: float | None
    rank: int | None
    weight: float
    n: float
    unranked: Literal["nothing_counted", "too_few"] | None
    parts: list[Part]


class Scores(Counted, frozen=True, kw_only=True):
    """All groups, the best first, those without a rank last. `weights` as the assessment has them; `unknown` are those
    of no share."""

    assessment: str
    least_n: int
    weights: Mapping[str, float]
    unknown: list[str]
    group_by: tuple[str, ...]
    reading: Scope
    period: PeriodName
    begin: str | None = msgspec.field(name="from")
    end: str | None = msgspec.field(name="to")
    rows: list[Scored]
    position: Mapping[str, int]


async def scores(
    assessment: str,
    weights: Mapping[str, float],
    asked: Sequence[Asked],
    *,
    cells: CellReader,
    names: Names,
    zone: ZoneInfo,
    mark: Watermark,
) -> Scores:
    """Of the shares `asked`, which differ in their rate alone, from one reading. CellsAway."""
    overview = await answers(asked, cells=cells, names=names, zone=zone, mark=mark)
    groups: dict[tuple[tuple[str, str], ...], list[Part]] = {}
    labels: dict[tuple[tuple[str, str], ...], Mapping[str, Mapping[str, str]]] = {}
    for answer in overview.answers:
        for row in answer.rows:
            group = tuple(row.group.items())
            labels[group] = row.labels
            groups.setdefault(group, []).append(
                Part(rate=answer.rate, weight=weights[answer.rate], figure=row, points=None)
            )
    enough = {part.rate for parts in groups.values() for part in parts if (part.figure.denominator or 0) >= LEAST_N}
    rows = [_scored(dict(group), labels[group], parts, enough) for group, parts in groups.items()]
    first = overview.answers[0]
    return Scores(
        **mark.told(zone),
        period=first.period,
        assessment=assessment,
        least_n=LEAST_N,
        weights=weights,
        unknown=sorted(weights.keys() - {one.row.id for one in asked}),
        group_by=first.group_by,
        reading=first.reading,
        begin=first.begin,
        end=first.end,
        rows=ranked(rows),
        position=overview.position,
    )


def _scored(
    group: Mapping[str, str], labels: Mapping[str, Mapping[str, str]], parts: Sequence[Part], enough: Collection[str]
) -> Scored:
    """`enough` are the rates of which some group has enough cases; a group that has no row of one has none of it."""
    sizes = dict.fromkeys(enough, 0.0) | {part.rate: part.figure.denominator or 0 for part in parts}
    few = not enough or any(sizes[rate] < LEAST_N for rate in enough)
    weight = sum(part.weight for part in parts if part.figure.value is not None)
    told = [
        part
        if part.figure.value is None
        else msgspec.structs.replace(part, points=100 * part.weight * part.figure.value / weight)
        for part in parts
    ]
    score = sum(part.points for part in told if part.points is not None) if weight else None
    return Scored(
        group=group,
        labels=labels,
        score=score,
        rank=None,
        weight=weight,
        n=min(sizes.values(), default=0),
        unranked=_unranked(score, few),
        parts=told,
    )


def _unranked(score: float | None, few: bool) -> Literal["nothing_counted", "too_few"] | None:
    if score is None:
        return "nothing_counted"
    return "too_few" if few else None


def ranked(rows: Sequence[Scored]) -> list[Scored]:
    """The best first, those without a rank last, by their groups where they are equal."""
    ordered = sorted(
        rows,
        key=lambda row: (row.unranked is not None, row.score is None, -(row.score or 0), *row.group.values()),
    )
    found: list[Scored] = []
    for place, row in enumerate(ordered, 1):
        if row.unranked is not None:
            found.append(row)
            continue
        equal = found and found[-1].score == row.score
        found.append(msgspec.structs.replace(row, rank=found[-1].rank if equal else place))
    return found
