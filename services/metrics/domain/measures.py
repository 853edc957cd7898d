"""What cells can hold: the measures of each basis. Of each there is a second one for what is excluded (剔除)."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, get_args

from services.contracts.cases import OccurrenceKind
from services.contracts.rates import CellBasis

from .cells import Tally

Basis = Literal["cohort", "due", "flow"]
"""按登记日, 按到期时间, 按发生时间: what a figure is asked on."""
Scope = Literal["full", "assessed"]
"""口径: 全口径 counts all, 考核口径 leaves out what is excluded. A caller names it as `reading`."""
SCOPES: tuple[Scope, ...] = get_args(Scope)

EXCLUDED = "x:"
"""Before the name of a measure: the part of it that is excluded. So assessed = full − excluded, in every cell."""

_EVALUATIONS = ("satisfied", "satisfied_strict", "satisfied_basically", "dissatisfied")
_FOLLOW_UPS = ("effective", "contacted", "resolution_asked", "resolved")
MEASURES: Mapping[CellBasis, tuple[str, ...]] = {
    "cohort": (
        "received", "valid", "returned_up", "accepted", "duplicate",
        "closed", "ever_closed", "once_done", "self_handled", "replied", "extended", "redone",
        "dispatches", "returns", "verifications", "verifications_failed",
        "evaluated", *_EVALUATIONS, "first_evaluated", "first_satisfied", *_FOLLOW_UPS,
    ),
    "due": (
        "due", "in_time", "answered_late", "unanswered", "on_time", "closed", "first_due", "first_on_time",
        "assist_due", "assist_on_time",
    ),
    "flow": (*get_args(OccurrenceKind), *_EVALUATIONS, *_FOLLOW_UPS, "first_evaluated", "first_satisfied"),
    "durations": ("signed", "replied", "closed", "due"),
}  # fmt: skip
"""All that cells of a basis can hold; of durations the histograms, whose bins are measures such as `signed:213`."""


class UnknownReading(ValueError):
    """Figures are not read so."""


def scope_of(reading: str) -> Scope:
    """The scope asked for. UnknownReading."""
    for scope in SCOPES:
        if scope == reading:
            return scope
    raise UnknownReading(f"there is no reading {reading!r}; ask for full (全口径) or assessed (考核口径)")


def with_excluded(tally: Tally) -> dict[str, int]:
    """What something excluded counts for: each measure a second time under its own name."""
    return {**tally, **{EXCLUDED + measure: count for measure, count in tally.items()}}


def needed(measures: Iterable[str], scope: Scope) -> Iterator[str]:
    """What has to be known of a cell for these measures in one scope."""
    for measure in measures:
        yield measure
        if scope == "assessed":
            yield EXCLUDED + measure


def read_as(scope: Scope, tally: Tally) -> Tally:
    """The measures of a cell in one scope."""
    if scope == "full":
        return tally
    return {
        measure: count - tally.get(EXCLUDED + measure, 0)
        for measure, count in tally.items()
        if not measure.startswith(EXCLUDED)
    }
