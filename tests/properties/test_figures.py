"""Every figure of a history without a server between: routing's facts, metrics' cells, and the recount of the log."""

import random
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.contracts.cases import CaseFact
from services.metrics.domain.cells import DIMENSION_SETS, CellKey, Sums
from services.metrics.domain.figures import figure
from services.metrics.domain.measures import SCOPES, read_as
from services.metrics.domain.periods import hour_of
from services.metrics.domain.rates import CATALOGUE, Definition
from services.metrics.domain.units import moves
from tests.recount.calendar import ZONE
from tests.recount.figures import GROUPS, Groups, answered, coverage, durations, figures
from tests.recount.history import generate, reference_street
from tests.recount.points import RATES, SPEEDS
from tests.recount.recount import Recount
from tests.unit.recount.rich import RICH
from tests.unit.recount.side_by_side import Directory, SideBySide, in_order

STREET = reference_street()
Cells = Mapping[tuple[str, tuple[str, ...]], list[tuple[CellKey, Mapping[str, int]]]]
"""By basis and dimensions."""


def told(street: Directory, seed: int, cases: int) -> SideBySide:
    """A whole history, with all that comes due."""
    both, dice = SideBySide(street), random.Random(seed)
    both.with_deadlines(in_order(generate(street, seed=seed, cases=cases)), dice)
    both.at_last(dice)
    return both


def cells(facts: Iterable[CaseFact]) -> Cells:
    """As metrics sums them."""
    sums = Sums()
    for fact in facts:
        sums.add(moves(fact, ZONE))
    found: dict[tuple[str, tuple[str, ...]], list[tuple[CellKey, Mapping[str, int]]]] = {}
    for key, tally in sums.cells().items():
        found.setdefault((key.basis, key.dims), []).append((key, tally))
    return found


def rows(
    kept: Cells, row: Definition, basis: Any, group_by: tuple[str, ...], scope: Any, until: datetime | None = None
) -> Any:
    """The rows of one answer, as its body has them."""
    sums: dict[tuple[str, ...], dict[str, int]] = {(): {}} if not group_by else {}
    for key, tally in kept.get((row.cells(basis), group_by), ()):
        if basis == "due" and until is not None and key.bucket >= hour_of(until, ZONE):
            continue
        there = sums.setdefault(key.values, {})
        for measure, count in tally.items():
            there[measure] = there.get(measure, 0) + count
    found = (
        figure(row, read_as(scope, tally), dict(zip(group_by, values, strict=True)), {})
        for values, tally in sums.items()
    )
    return [msgspec.to_builtins(one) for one in found if one is not None]


def differences(recount: Recount, kept: Cells, until: datetime | None = None) -> list[str]:
    """One line for each group of each rate that is not as recounted."""
    found: list[str] = []
    for scope in SCOPES:
        expected = figures(recount, until=until, reading=scope)
        for rate, basis in RATES:
            for group_by in GROUPS:
                body = {"group_by": group_by, "rows": rows(kept, CATALOGUE[rate], basis, group_by, scope, until)}
                mine: Groups = expected.get((rate, basis, group_by), {})
                theirs = answered(body)
                if mine != theirs:
                    found.append(f"{scope} {rate} {basis} {group_by}: recounted {mine}, metrics {theirs}")
    return found


def test_both_know_the_same_rates_bases_and_groupings() -> None:
    catalogue = {(row.id, basis) for row in CATALOGUE.values() for basis in row.bases}
    assert catalogue == {*RATES, *((speed, "cohort") for speed in SPEEDS)}
    assert GROUPS == DIMENSION_SETS


@pytest.mark.parametrize("street", [STREET, RICH], ids=["reference", "rich"])
def test_a_history_s_figures_are_the_recount_s(street: Directory) -> None:
    both = told(street, seed=7, cases=120)
    kept = cells(both.facts)
    assert differences(both.recount, kept) == []
    until = datetime(2024, 4, 2, 10, 30, tzinfo=UTC)
    assert figures(both.recount, until=until) != figures(both.recount)
    assert differences(both.recount, kept, until) == []


@given(seed=st.integers(0, 1 << 30), street=st.sampled_from([STREET, RICH]))
@settings(max_examples=6, deadline=None)
def test_so_are_those_of_any_seed(seed: int, street: Directory) -> None:
    both = told(street, seed, cases=25)
    assert differences(both.recount, cells(both.facts)) == []


def test_speeds_are_the_exact_durations_quantiles_but_for_the_stated_error() -> None:
    both = told(STREET, seed=9, cases=120)
    kept = cells(both.facts)
    for scope in SCOPES:
        for group_by in GROUPS:
            exact = durations(both.recount, group_by, reading=scope)
            for speed, groups in exact.items():
                row = CATALOGUE[speed]
                found = {tuple(one["group"].values()): one for one in rows(kept, row, "cohort", group_by, scope)}
                assert {values for values, one in found.items() if one["denominator"]} == groups.keys()
                for values, taken in groups.items():
                    assert found[values]["denominator"] == len(taken)
                    assert row.quantiles
                    for share in row.quantiles.at:
                        true = taken[int(share * (len(taken) - 1))]
                        shown = found[values]["quantiles"][f"p{share * 100:g}"]
                        assert shown == pytest.approx(max(true, 1), rel=row.quantiles.relative_error)


def test_coverage_is_the_recount_s() -> None:
    both = told(STREET, seed=10, cases=60)
    for scope in SCOPES:
        (one,) = rows(cells(both.facts), CATALOGUE["satisfied"], "cohort", (), scope)
        assert (one["coverage"]["numerator"], one["coverage"]["denominator"]) == coverage(both.recount, reading=scope)
