"""Cells form a commutative group: however a log is cut, doubled or interleaved, the figures are the same.

And in each of them the assessed and the excluded make the full.
"""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.contracts.cases import (
    CaseFact,
    CaseSummary,
    Occurrence,
)
from services.metrics.domain.cells import CellKey, Sums
from services.metrics.domain.figures import figure
from services.metrics.domain.measures import EXCLUDED, MEASURES, read_as
from services.metrics.domain.rates import CATALOGUE
from services.metrics.domain.standing import PARTS
from services.metrics.domain.units import moves
from tests.properties.case_logs import (
    FIELDS,
    fact_of,
    logs,
    summaries,
)

ZONE = ZoneInfo("Asia/Shanghai")
Cells = Mapping[CellKey, Mapping[str, int]]


def counted(facts: list[CaseFact]) -> dict[CellKey, dict[str, int]]:
    sums = Sums()
    for fact in facts:
        sums.add(list(moves(fact, ZONE)))
    return sums.cells()


def added_up(*parts: Cells) -> dict[CellKey, dict[str, int]]:
    """What MongoDB's `$inc` makes of batches one after another, without the zeros it keeps."""
    total: dict[CellKey, dict[str, int]] = {}
    for part in parts:
        for key, tally in part.items():
            there = total.setdefault(key, {})
            for measure, count in tally.items():
                there[measure] = there.get(measure, 0) + count
    return {
        key: left for key, tally in total.items() if (left := {name: count for name, count in tally.items() if count})
    }


def negative(cells: Cells) -> dict[CellKey, dict[str, int]]:
    return {key: {measure: -count for measure, count in tally.items()} for key, tally in cells.items()}


@given(logs(), st.lists(st.integers(0, 12), max_size=4))
def test_any_batching_gives_the_same_cells(log: list[CaseFact], cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(log)]
    batches = [log[begin:end] for begin, end in pairwise(edges) if begin < end]
    assert added_up(*map(counted, batches)) == counted(log)


@given(logs(), st.data())
def test_a_log_delivered_again_counts_once(log: list[CaseFact], data: st.DataObject) -> None:
    """The reader drops by sequence number; what is left counts as the log did."""
    delivered = list(log)
    for _ in range(data.draw(st.integers(0, 3))):
        begin = data.draw(st.integers(0, len(log)))
        end = data.draw(st.integers(begin, len(log)))
        place = max((i + 1 for i, fact in enumerate(delivered) if fact.seq <= end), default=0)
        delivered[place:place] = log[begin:end]
    sums, seen = Sums(), 0
    for fact in delivered:
        if fact.seq == seen + 1:
            sums.add(moves(fact, ZONE))
            seen = fact.seq
    assert sums.cells() == counted(log)


@given(logs(), st.randoms(use_true_random=False))
def test_cases_may_come_in_any_interleaving(log: list[CaseFact], random: Any) -> None:
    order = list(log)
    random.shuffle(order)
    assert counted(order) == counted(log)


@given(logs(), logs(), logs())
def test_cells_are_a_commutative_group(one: list[CaseFact], two: list[CaseFact], three: list[CaseFact]) -> None:
    a, b, c = counted(one), counted(two), counted(three)
    assert added_up(a, b) == added_up(b, a)
    assert added_up(added_up(a, b), c) == added_up(a, added_up(b, c))
    assert added_up(a, {}) == a
    assert added_up(a, negative(a)) == {}


@given(logs())
def test_undoing_every_fact_leaves_nothing(log: list[CaseFact]) -> None:
    undone = [
        msgspec.structs.replace(fact, before=fact.after, after=fact.before, added=fact.removed, removed=fact.added)
        for fact in reversed(log)
    ]
    assert counted(log + undone) == {}


@settings(max_examples=50)
@given(logs())
def test_every_set_of_dimensions_sums_to_the_total(log: list[CaseFact]) -> None:
    totals: dict[tuple[Any, ...], dict[tuple[Any, ...], int]] = {}
    for key, tally in counted(log).items():
        there = totals.setdefault(key.dims, {})
        for measure, count in tally.items():
            place = (key.basis, key.bucket, measure)
            there[place] = there.get(place, 0) + count
    expected = {place: count for place, count in totals.get((), {}).items() if count}
    for sums in totals.values():
        assert {place: count for place, count in sums.items() if count} == expected


@given(logs())
def test_cells_hold_what_their_basis_names(log: list[CaseFact]) -> None:
    for key, tally in counted(log).items():
        names = {measure.removeprefix(EXCLUDED) for measure in tally}
        if key.basis == "durations":
            names = {name.rpartition(":")[0] for name in names}
        assert names <= set(MEASURES[key.basis])  # type: ignore[index]


@pytest.mark.parametrize("name", FIELDS)
@settings(max_examples=30, deadline=None)
@given(summaries, st.data())
def test_what_is_told_of_a_case_decides_what_it_counts_for(name: str, case: CaseSummary, data: st.DataObject) -> None:
    """So a part whose fields stay is not counted again: no field may be left out."""
    other = msgspec.structs.replace(case, **{name: data.draw(FIELDS[name])})
    for part in PARTS:
        if part.told(case) == part.told(other) and "void" not in (case.state, other.state):
            assert list(part.counted(case)) == list(part.counted(other))


def test_cases_differ_here_in_all_that_a_summary_says() -> None:
    assert {*FIELDS, "kind"} == set(CaseSummary.__struct_fields__)


def without(log: list[CaseFact], excluded: bool) -> list[CaseFact]:
    """As if the cases and occurrences that are excluded (or those that are not) had never been."""

    def only(things: tuple[Occurrence, ...]) -> tuple[Occurrence, ...]:
        return tuple(thing for thing in things if thing.excluded != excluded)

    return [
        msgspec.structs.replace(
            fact,
            before=fact.before if fact.before and fact.before.excluded != excluded else None,
            after=fact.after if fact.after and fact.after.excluded != excluded else None,
            added=only(fact.added),
            removed=only(fact.removed),
        )
        for fact in log
    ]


@settings(deadline=None)  # it counts each log three times
@given(logs())
def test_assessed_and_excluded_make_the_full(log: list[CaseFact]) -> None:
    whole = counted(log)
    full = {key: read_as("full", tally) for key, tally in whole.items()}
    assessed = {key: read_as("assessed", tally) for key, tally in whole.items()}
    excluded = {key: named(tally, EXCLUDED) for key, tally in whole.items()}
    plain = {
        key: {name: n for name, n in tally.items() if not name.startswith(EXCLUDED)} for key, tally in full.items()
    }
    assert added_up(assessed, excluded) == added_up(plain)
    assert added_up(assessed) == counted(without(log, excluded=True))
    left = counted(without(log, excluded=False))
    assert added_up(excluded) == added_up({key: named(tally, EXCLUDED) for key, tally in left.items()})
    assert added_up(assessed, {key: named(tally, "") for key, tally in left.items()}) == added_up(plain)


def named(tally: Mapping[str, int], prefix: str) -> dict[str, int]:
    """The measures that have this prefix, without it; with none, those that are not excluded."""
    if not prefix:
        return {name: count for name, count in tally.items() if not name.startswith(EXCLUDED)}
    return {name.removeprefix(prefix): count for name, count in tally.items() if name.startswith(prefix)}


@given(summaries)
def test_whatever_became_of_a_case_a_share_is_a_part(case: CaseSummary) -> None:
    cells = counted([fact_of("t-1", 1, None, case, [], [])])
    for row in CATALOGUE.values():
        for basis in ("cohort", "due"):
            for key, tally in cells.items():
                if basis in row.bases and key.basis == basis and row.denominator and row.id != "satisfied_weighted":
                    found = figure(row, read_as("full", tally), {}, {})
                    assert found is not None
                    assert 0 <= found.numerator <= found.denominator, row.id  # type: ignore[operator]
