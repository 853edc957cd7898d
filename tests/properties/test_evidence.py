"""At any position of the log the pieces that stood then add up to the cells of then, however a history went."""

import random
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.contracts.cases import CaseFact
from services.metrics.domain.cells import Sums
from services.metrics.domain.evidence import Evidence, after
from services.metrics.domain.units import moves
from tests.properties.test_figures import STREET, told
from tests.recount.calendar import ZONE
from tests.unit.recount.rich import RICH
from tests.unit.recount.side_by_side import Directory


def kept(facts: Iterable[CaseFact]) -> dict[str, Evidence]:
    found: dict[str, Evidence] = {}
    for fact in facts:
        evidence = after(found.get(fact.case_id), fact, ZONE)
        if evidence is not None:
            found[fact.case_id] = evidence
    return found


def agree(facts: list[CaseFact], positions: Iterable[int]) -> None:
    pieces = [piece for evidence in kept(facts).values() for piece in evidence.pieces]
    for seq in positions:
        stood, counted = Sums(), Sums()
        stood.add((piece.place, piece.tally) for piece in pieces if piece.stood(seq))
        for fact in facts[:seq]:
            counted.add(moves(fact, ZONE))
        assert stood.cells() == counted.cells()


@pytest.mark.parametrize("street", [STREET, RICH], ids=["reference", "rich"])
def test_at_many_positions_of_a_history(street: Directory) -> None:
    facts = told(street, seed=21, cases=80).facts
    assert [fact.seq for fact in facts] == list(range(1, len(facts) + 1))
    dice = random.Random(21)
    agree(facts, [0, *dice.sample(range(1, len(facts)), 12), len(facts)])


@given(seed=st.integers(0, 1 << 30), street=st.sampled_from([STREET, RICH]))
@settings(max_examples=6, deadline=None)
def test_so_of_any_seed(seed: int, street: Directory) -> None:
    facts = told(street, seed, cases=20).facts
    agree(facts, [len(facts) // 3, len(facts) * 2 // 3, len(facts)])


@given(seed=st.integers(0, 1 << 30), street=st.sampled_from([STREET, RICH]))
@settings(max_examples=6, deadline=None)
def test_a_fact_that_was_set_aside_and_counted_later_ends_in_the_same_sums(seed: int, street: Directory) -> None:
    facts, dice = told(street, seed, cases=10).facts, random.Random(seed)
    whole = Sums()
    for fact in facts:
        whole.add(moves(fact, ZONE))
    for late in dice.sample(facts, 8):
        sums = Sums()
        for evidence in kept([*(fact for fact in facts if fact is not late), late]).values():
            sums.add((piece.place, piece.tally) for piece in evidence.pieces if piece.stood(len(facts)))
        assert sums.cells() == whole.cells(), late.action


def test_what_comes_again_changes_nothing() -> None:
    facts = told(STREET, seed=3, cases=15).facts
    once = kept(facts)
    assert kept([*facts, *facts]) == once
    assert all(len(set(map(repr, one.pieces))) == len(one.pieces) for one in once.values())
