"""满意率 for everybody, in steps: what one person said cannot be read from it, nor from two readings of it.

Disclosure control as statistical offices do it: a least cell count; released in batches, so that any two releases
differ by ten evaluations or by none (of a release that changes with each evaluation the difference is one person's);
nothing where all or none of few agree, since that tells of each; whole percents and counts in tens. After Hundepool et
al. (2012), Statistical Disclosure Control, and the top and bottom coding of the US Department of Education's EDFacts.
The total is that of the departments shown, so that no hidden one can be had by subtraction.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

import msgspec

from services.contracts.times import TOLD_WITHIN

from .domain.cells import NONE, Tally, add
from .domain.measures import needed
from .domain.periods import Period, day_of, marked
from .handlers import Asked, Question, query_of, understand
from .ports import CellReader, Names

RATE = "satisfied"
STEP = 10
"""Evaluations of a batch, at least."""
LEAST_ALIKE = 50
"""All or none of fewer are not said to be satisfied."""
KEPT_SECONDS = 600.0
"""What is released changes with the day alone: it is not read anew for each visitor."""


class Batched(msgspec.Struct, frozen=True, kw_only=True):
    """Of one department's evaluations those of whole batches: how many, and how many of them are satisfied."""

    satisfied: int
    evaluated: int

    @property
    def shown(self) -> bool:
        """Whether anything is said of them."""
        alike = self.satisfied in (0, self.evaluated)
        return self.evaluated >= (LEAST_ALIKE if alike else STEP)

    @property
    def value(self) -> float:
        """In whole percents; all or none only where it is so."""
        exact = self.satisfied / self.evaluated
        return exact if exact in (0, 1) else min(max(round(exact, 2), 0.01), 0.99)

    @property
    def about(self) -> int:
        """How many, in whole tens downwards."""
        return self.evaluated // STEP * STEP


def batched(days: Mapping[date, Tally]) -> Batched:
    """Day by day: a batch ends with the first day at which it has ten; what is begun and not full is not in it."""
    released = [0, 0]
    waiting = [0, 0]
    for _, tally in sorted(days.items()):
        waiting[0] += tally.get("satisfied", 0)
        waiting[1] += tally.get("evaluated", 0)
        if waiting[1] >= STEP:
            released = [released[0] + waiting[0], released[1] + waiting[1]]
            waiting = [0, 0]
    return Batched(satisfied=released[0], evaluated=released[1])


class Published:
    """One process's; `cells` are read at most once in ten minutes for a day."""

    def __init__(self) -> None:
        self._kept: tuple[Period, float, asyncio.Task[Mapping[str, Batched]]] | None = None

    async def of(
        self, year: Period, *, cells: CellReader, names: Names, zone: ZoneInfo, until: datetime
    ) -> tuple[Period, Mapping[str, Batched]]:
        """Department → its batches of the year, of whole days that nobody adds to any more: what happened can be told
        three days later. The period that is looked at. CellsAway."""
        period = year.until(day_of(until - TOLD_WITHIN, zone))
        now = asyncio.get_running_loop().time()
        if self._kept is None or self._kept[0] != period or now - self._kept[1] > KEPT_SECONDS:
            task = asyncio.ensure_future(_read(period, cells, names, zone))
            self._kept = period, now, task
        kept = self._kept
        try:
            return period, await asyncio.shield(kept[2])
        except Exception:
            if self._kept is kept:
                self._kept = None
            raise


async def _read(period: Period, cells: CellReader, names: Names, zone: ZoneInfo) -> Mapping[str, Batched]:
    if period.begin is not None and period.end is not None and period.end <= period.begin:
        return {}
    question = understand(Question(rate=RATE, basis="flow", group_by=("department",)), zone)
    asked: Asked = msgspec.structs.replace(question, period=period)
    measures = tuple(needed(asked.row.measures, asked.reading))
    query = msgspec.structs.replace(query_of(asked, names.rollups()), bucketed=True, measures=measures)
    days: dict[str, dict[date, dict[str, int]]] = {}
    for (bucket, department), tally in (await cells.read([query])).sums[0].items():
        if department != NONE:
            on = marked(bucket).astimezone(zone).date()
            add(days.setdefault(department, {}).setdefault(on, {}), tally)
    return {department: batched(there) for department, there in days.items()}


def in_all(departments: Sequence[Batched]) -> Batched:
    """Those together."""
    return Batched(
        satisfied=sum(one.satisfied for one in departments), evaluated=sum(one.evaluated for one in departments)
    )
