"""From summed measures to a published figure: numerator, denominator, value, interval, coverage; or quantiles."""

from collections.abc import Mapping

import msgspec
from msgspec import UNSET, UnsetType

from .cells import Tally
from .durations import bins, quantile
from .interval import wilson
from .rates import Definition, Quantiles, Sum


class Coverage(msgspec.Struct, frozen=True, kw_only=True):
    """How much of what could be asked was asked. `value` is None with a `reason` where it is no share."""

    numerator: int
    denominator: int
    value: float | None
    reason: str | None = None


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One row of an answer. `group` has a value for each dimension asked for; `labels` their names.

    `interval` is Wilson's at 95 %, where the numerator is a part of the denominator; one with fractions is none.
    A count has its number as `value`, and no denominator. Quantiles are in seconds, as `p50`; `value` is the median,
    the denominator is how many durations there are, and there is no numerator. `per_10000`: a count of a place for each
    10,000 who live there.
    """

    group: Mapping[str, str]
    labels: Mapping[str, Mapping[str, str]]
    numerator: int | float | None
    denominator: int | float | None
    value: float | int | None
    reason: str | None = None
    interval: tuple[float, float] | None = None
    coverage: Coverage | None = None
    quantiles: Mapping[str, float] | UnsetType = UNSET
    per_10000: float | UnsetType = UNSET


def figure(
    row: Definition, sums: Tally, group: Mapping[str, str], labels: Mapping[str, Mapping[str, str]]
) -> Figure | None:
    """The figure of one group; None for a group in which nothing is left to count."""
    if row.quantiles is not UNSET:
        return _quantiles(row.quantiles, sums, group, labels)
    numerator = total(row.numerator, sums)
    coverage = _coverage(row, sums)
    if row.denominator is None:
        if not numerator and group:
            return None
        return Figure(group=group, labels=labels, numerator=numerator, denominator=None, value=numerator)
    denominator = total(row.denominator, sums)
    if group and not (numerator or denominator or (coverage and coverage.denominator)):
        return None
    return Figure(
        group=group,
        labels=labels,
        numerator=numerator,
        denominator=denominator,
        value=numerator / denominator if denominator else None,
        reason=None if denominator else "nothing_to_divide_by",
        interval=_interval(numerator, denominator),
        coverage=coverage,
    )


def total(measures: Sum | None, sums: Tally) -> int | float:
    """A row's numerator or denominator. Whole where all weights are; else to nine digits, since 3 × 0.9 is 2.7."""
    if measures is None:
        return 0
    if isinstance(measures, str):
        return sums.get(measures, 0)
    weighed = sum(weight * sums.get(measure, 0) for measure, weight in measures.items())
    return weighed if isinstance(weighed, int) else round(weighed, 9)


def _interval(numerator: int | float, denominator: int | float) -> tuple[float, float] | None:
    if isinstance(numerator, int) and isinstance(denominator, int) and 0 <= numerator <= denominator != 0:
        return wilson(numerator, denominator)
    return None


def _quantiles(
    asked: Quantiles, sums: Tally, group: Mapping[str, str], labels: Mapping[str, Mapping[str, str]]
) -> Figure | None:
    binned = bins(asked.histogram, sums)
    durations = sum(count for _, count in binned)
    if group and not durations:
        return None
    found = {f"p{share * 100:g}": quantile(share, binned, durations) for share in asked.at} if durations else {}
    return Figure(
        group=group,
        labels=labels,
        numerator=None,
        denominator=durations,
        value=found.get("p50"),
        reason=None if durations else "nothing_to_divide_by",
        quantiles=found,
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
