"""Cells form a commutative group: however a log is cut, doubled or interleaved, the figures are the same."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from services.contracts.actors import Actor
from services.contracts.cases import CaseFact, CaseSummary, Dimensions, Evaluation, Occurrence
from services.metrics.domain.cells import CellKey, Sums
from services.metrics.domain.units import moves

ZONE = ZoneInfo("Asia/Shanghai")
START = datetime(2026, 3, 1, tzinfo=UTC)
Cells = Mapping[CellKey, Mapping[str, int]]

instants = st.integers(0, 60 * 24 * 40).map(lambda minutes: START + timedelta(minutes=minutes))
maybe = st.none() | instants
dimensions = st.builds(
    Dimensions,
    channel=st.sampled_from(["hotline", "grid"]),
    department=st.sampled_from([None, "a", "b"]),
    category=st.sampled_from([None, "noise"]),
)
summaries = st.builds(
    CaseSummary,
    kind=st.just("ticket"),
    state=st.sampled_from(["received", "handling", "redo", "closed", "evaluated", "void", "rejected"]),
    dims=dimensions,
    received_at=instants,
    due_at=instants,
    first_due_at=instants,
    replied_at=maybe,
    evaluation=st.none() | st.builds(Evaluation, at=instants, grade=st.integers(1, 5)),
)
occurrences = st.builds(
    Occurrence,
    id=st.uuids().map(str),
    kind=st.sampled_from(["received", "dispatched", "replied", "closed", "evaluated"]),
    at=instants,
    dims=dimensions,
    grade=st.integers(1, 5),
)


@st.composite
def logs(draw: st.DrawFn) -> list[CaseFact]:
    """One partition's facts of a few cases, interleaved; each case's `before` is its last `after`."""
    last: dict[str, CaseSummary | None] = {}
    happened: dict[str, list[Occurrence]] = {}
    facts: list[CaseFact] = []
    for seq in range(1, draw(st.integers(0, 12)) + 1):
        case = draw(st.sampled_from(["t-1", "t-2", "t-3"]))
        before, after = last.get(case), draw(summaries)
        added = draw(st.lists(occurrences, max_size=2))
        removed = [happened[case].pop()] if happened.get(case) and draw(st.booleans()) else []
        facts.append(_fact(case, seq, before, after, added, removed))
        last[case] = after
        happened.setdefault(case, []).extend(added)
    return facts


def _fact(
    case: str,
    seq: int,
    before: CaseSummary | None,
    after: CaseSummary | None,
    added: list[Occurrence],
    removed: list[Occurrence],
) -> CaseFact:
    return CaseFact(
        case_id=case,
        partition=0,
        seq=seq,
        version=seq,
        outcome="applied",
        action="amend",
        action_id=str(seq),
        actor=Actor(role="dispatcher"),
        at=START,
        recorded_at=START,
        before=before,
        after=after,
        added=tuple(added),
        removed=tuple(removed),
        directory_version=1,
    )


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
