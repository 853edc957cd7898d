"""A figure counted in parts is the one counted whole, and slices of ids are all ids, each in one of them."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.metrics.domain import recounts, slices
from services.metrics.domain.periods import Period
from services.metrics.domain.rates import CATALOGUE
from services.metrics.domain.receipts import Asked
from services.metrics.domain.recounts import SIDES, Recount, count, recount, shares
from tests.properties.test_evidence import kept
from tests.properties.test_figures import STREET, told
from tests.properties.test_receipts import behind

FACTS = told(STREET, seed=33, cases=60).facts
CASES = behind(kept(FACTS))
ASKED = Asked(row=CATALOGUE["satisfied"], basis="cohort", scope="full", period=Period())


def counted(dice: random.Random, parts: int) -> Recount:
    cases, found = dice.sample(CASES, len(CASES)), recount()
    edges = sorted(dice.randrange(len(cases)) for _ in range(parts - 1))
    for begin, end in zip([0, *edges], [*edges, len(cases)], strict=True):
        count(found, cases[begin:end], ASKED, {0: len(FACTS)})
    return found


@pytest.mark.parametrize("first", [2, 7, 1_000])
def test_in_any_parts_and_order_the_same(first: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recounts, "FIRST", first)
    whole = counted(random.Random(0), 1)
    for side in SIDES:
        given_there = shares(CASES, ASKED, {0: len(FACTS)}, side)
        assert whole.counts[side] == len(given_there) > 2
        assert whole.first[side] == sorted(given_there, key=lambda one: one.case_id)[:first]
        assert whole.whole(side) is (len(given_there) <= first)
    for seed in range(20):
        assert counted(random.Random(seed), 1 + seed) == whole


@given(
    ids=st.lists(st.one_of(st.uuids().map(lambda one: f"t-{one}"), st.uuids().map(lambda one: f"o-{one}"), st.text())),
    after=st.one_of(st.just(""), st.uuids().map(lambda one: f"t-{one}"), st.text()),
    cases=st.integers(0, 1 << 40),
)
def test_each_id_that_follows_is_in_one_slice_and_slices_are_in_order(ids: list[str], after: str, cases: int) -> None:
    cut = list(slices.slices(after, min(cases, 200 * slices.SLICE)))
    for one in ids:
        inside = [part.after < one and (part.upto is None or one <= part.upto) for part in cut]
        assert sum(inside) == (one > after)
    assert [part.after for part in cut] == [after, *(part.upto for part in cut[:-1])]
    assert cut[-1].upto is None


def test_slices_hold_about_the_same_number() -> None:
    dice = random.Random(5)
    ids = [f"t-{dice.randrange(1 << 64):016x}" for _ in range(50_000)]
    cut = list(slices.slices("", len(ids)))
    sizes = [sum(part.after < one <= (part.upto or "~") for one in ids) for part in cut]
    assert sum(sizes) == len(ids)
    assert max(sizes) < 2 * slices.SLICE
    assert min(size for size in sizes if size) > slices.SLICE / 2
