"""Routing's decisions beside the recount's over histories of many seeds: no servers, so many. Each outcome, and each
case whole after each record, with all that its clocks bring."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.recount.history import generate, reference_street
from tests.unit.recount.rich import RICH
from tests.unit.recount.side_by_side import Directory, SideBySide, in_order

STREET = reference_street()
SEEDS = st.integers(0, 1 << 30)


def judged_alike(street: Directory, seed: int) -> None:
    """SideBySide raises where they differ."""
    both, dice = SideBySide(street), random.Random(seed)
    both.with_deadlines(in_order(generate(street, seed=seed, cases=30)), dice)
    both.at_last(dice)
    assert both.bench.changed.keys() == both.recount.cases.keys()


@given(seed=SEEDS)
@settings(max_examples=15, deadline=None)
def test_every_command_of_a_history_becomes_what_the_recount_says(seed: int) -> None:
    judged_alike(STREET, seed)


@given(seed=SEEDS)
@settings(max_examples=15, deadline=None)
def test_also_where_policies_say_something_of_everything(seed: int) -> None:
    judged_alike(RICH, seed)
