"""From summed measures to a published figure: numerator, denominator, value, interval, coverage."""

from collections.abc import Mapping

import msgspec

from .cells import Tally
from .interval import wilson
from .rates import Definition


class Coverage(msgspec.Struct, frozen=True, kw_only=True):
    """How much of what could be asked was asked. `value` is None with a `reason` where it is no share."""

    numerator: int
    denominator: int
    value: float | None
    reason: str | None = None


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One row of an answer. `group` has a value for each dimension asked for; `labels` their names.

    `interval` is Wilson's at 95 %. A count has its number as `value`, and no denominator.
    """

    group: Mapping[str, str]
    labels: Mapping[str, Mapping[str, str]]
    numerator: int
    denominator: int | None
    value: float | int | None
    reason: str | None = None
    interval: tuple[float, float] | None = None
    coverage: Coverage | None = None


def figure(
    row: Definition, sums: Tally, group: Mapping[str, str], labels: Mapping[str, Mapping[str, str]]
) -> Figure | None:
    """The figure of one group; None for a group in which nothing is left to count."""
    numerator = sums.get(row.numerator, 0)
    coverage = _coverage(row, sums)
    if row.denominator is None:
        if not numerator and group:
            return None
        return Figure(group=group, labels=labels, numerator=numerator, denominator=None, value=numerator)
    denominator = sums.get(row.denominator, 0)
    if group and not (numerator or denominator or (coverage and coverage.denominator)):
        return None
    return Figure(
        group=group,
        labels=labels,
        numerator=numerator,
        denominator=denominator,
        value=numerator / denominator if denominator else None,
        reason=None if denominator else "nothing_to_divide_by",
        interval=wilson(numerator, denominator) if 0 <= numerator <= denominator != 0 else None,
        coverage=coverage,
    )


def _coverage(row: Definition, sums: Tally) -> Coverage | None:
    if row.coverage is None:
        return None
    asked, could_be = (sums.get(measure, 0) for measure in row.coverage)
    if not could_be:
        return Coverage(numerator=asked, denominator=could_be, value=None, reason="nothing_to_divide_by")
    if asked > could_be:
        # on the flow basis an hour may hold evaluations of earlier closings
        return Coverage(numerator=asked, denominator=could_be, value=None, reason="not_a_part")
    return Coverage(numerator=asked, denominator=could_be, value=asked / could_be)
