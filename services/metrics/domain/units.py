"""What moves which cell: units follow a case's current summary, occurrences stay in their own hour.

DOMAIN.md, "What moves which cell", with its worked example as the golden test.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from services.contracts.actions import SATISFIED_FROM
from services.contracts.cases import CaseFact, CaseSummary, Occurrence
from services.contracts.rates import CellBasis

from .cells import Place, Tally
from .measures import with_excluded
from .periods import day_of, hour_of
from .standing import PARTS, Part, Unit, verdicts

_BUCKET: Mapping[CellBasis, Callable[[datetime, ZoneInfo], datetime]] = {
    "cohort": day_of,
    "due": hour_of,
    "durations": day_of,
    "flow": hour_of,
}


def bucket_of(basis: CellBasis, at: datetime, zone: ZoneInfo) -> datetime:
    """The UTC instant at which the bucket begins in which `at` counts."""
    return _BUCKET[basis](at, zone)


def marks(happened: Occurrence, case: CaseSummary | None) -> Tally:
    """The flow measures of one occurrence: its kind, and what was said of the case in it. `case` is as it was with the
    occurrence: its first evaluation keeps its time, and so is known by it."""
    tally: dict[str, int] = {happened.kind: 1}
    if happened.kind == "evaluated" and happened.grade is not None:
        tally |= verdicts(happened.grade)
        if case is not None and case.first_evaluation is not None and case.first_evaluation.at == happened.at:
            tally |= {"first_evaluated": 1, "first_satisfied": int(happened.grade >= SATISFIED_FROM)}
    elif happened.kind == "followed_up" and happened.effective:
        tally |= {"effective": 1, "resolution_asked": 1}
        tally |= {"contacted": int(happened.contacted is True), "resolved": int(happened.solved is True)}
    elif happened.kind == "replied" and happened.solved is not None:
        tally |= {"resolution_asked": 1, "resolved": int(happened.solved)}
    return with_excluded(tally) if happened.excluded else tally


def moves(fact: CaseFact, zone: ZoneInfo) -> Iterator[tuple[Place, Tally]]:
    """What one fact changes, by place; a refused one changes nothing."""
    before, after = fact.before, fact.after
    for part in PARTS:
        if before is not None and after is not None and part.told(before) == part.told(after):
            continue
        for (basis, at, values), tally in _moved(part, before, after).items():
            changed = {measure: count for measure, count in tally.items() if count}
            if changed:
                yield Place(basis, bucket_of(basis, at, zone), values), changed
    for happened in fact.removed:
        yield _hour_of(happened, zone), {name: -count for name, count in marks(happened, before).items()}
    for happened in fact.added:
        yield _hour_of(happened, zone), marks(happened, after)


def _hour_of(happened: Occurrence, zone: ZoneInfo) -> Place:
    return Place.of("flow", bucket_of("flow", happened.at, zone), happened.dims)


def _moved(part: Part, before: CaseSummary | None, after: CaseSummary | None) -> dict[Unit, dict[str, int]]:
    """The part's units of `after` less those of `before`; a void case has none."""
    moved: dict[Unit, dict[str, int]] = {}
    for case, sign in ((after, +1), (before, -1)):
        if case is None or case.state == "void":
            continue
        for unit, tally in part.counted(case):
            counted = with_excluded(tally) if case.excluded else tally
            there = moved.get(unit)
            if there is None:
                moved[unit] = counted if sign > 0 else {measure: -count for measure, count in counted.items()}
            else:
                for measure, count in counted.items():
                    there[measure] = there.get(measure, 0) + sign * count
    return moved
