"""综合得分: what an assessment's rates come to, weighed; always with its parts, and the rank among all groups.

A part that has nothing to divide by is left out of a group's score, and its weight with it: nobody is punished for what
did not happen, and the row says which weights it stands on.
"""

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

import msgspec

from .domain.figures import Figure
from .domain.measures import Scope
from .domain.watermark import Counted, Watermark
from .handlers import Asked, answers
from .ports import CellReader, Names


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One rate's: `points` of a hundred are what it adds to the score, None where it is left out."""

    rate: str
    weight: float
    figure: Figure
    points: float | None


class Scored(msgspec.Struct, frozen=True, kw_only=True):
    """A group's score of a hundred, None where no part could be counted; `weight` is the sum of those that could.

    `rank` is 1 for the highest; equal scores share it (1, 2, 2, 4). A group without a score has none.
    """

    group: Mapping[str, str]
    labels: Mapping[str, Mapping[str, str]]
    score: float | None
    rank: int | None
    weight: float
    parts: list[Part]


class Scores(Counted, frozen=True, kw_only=True):
    """All groups, the best first. `weights` as the assessment has them; `unknown` are those of no share."""

    assessment: str
    weights: Mapping[str, float]
    unknown: list[str]
    group_by: tuple[str, ...]
    reading: Scope
    period: Mapping[str, str]
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
    rows = [_scored(dict(group), labels[group], parts) for group, parts in groups.items()]
    first = overview.answers[0]
    return Scores(
        **mark.told(zone),
        period=first.period,
        assessment=assessment,
        weights=weights,
        unknown=sorted(weights.keys() - {one.row.id for one in asked}),
        group_by=first.group_by,
        reading=first.reading,
        begin=first.begin,
        end=first.end,
        rows=ranked(rows),
        position=overview.position,
    )


def _scored(group: Mapping[str, str], labels: Mapping[str, Mapping[str, str]], parts: Sequence[Part]) -> Scored:
    weight = sum(part.weight for part in parts if part.figure.value is not None)
    told = [
        part
        if part.figure.value is None
        else msgspec.structs.replace(part, points=100 * part.weight * part.figure.value / weight)
        for part in parts
    ]
    score = sum(part.points for part in told if part.points is not None) if weight else None
    return Scored(group=group, labels=labels, score=score, rank=None, weight=weight, parts=told)


def ranked(rows: Sequence[Scored]) -> list[Scored]:
    """The best first, those without a score last, by their groups where they are equal."""
    ordered = sorted(rows, key=lambda row: (row.score is None, -(row.score or 0), *row.group.values()))
    found: list[Scored] = []
    for place, row in enumerate(ordered, 1):
        if row.score is None:
            found.append(row)
            continue
        equal = found and found[-1].score == row.score
        found.append(msgspec.structs.replace(row, rank=found[-1].rank if equal else place))
    return found
