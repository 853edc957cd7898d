"""A history is told whole before any deadline of it counts. Once it has ended, all that came due meanwhile is told at
once, and routing and the recount say the same of it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.recount.followups import DEADLINE, marks
from tests.recount.history import generate, reference_street
from tests.unit.recount.rich import RICH
from tests.unit.recount.side_by_side import Directory, SideBySide, in_order

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
ROUNDS = 20
"""More than the longest chain of steps has."""


@pytest.mark.parametrize("street", [reference_street(), RICH], ids=["reference street", "every policy"])
@given(seed=st.integers(0, 1 << 30))
@settings(max_examples=8, deadline=None)
def test_all_that_came_due_in_a_history_is_told_once_it_has_ended(street: Directory, seed: int) -> None:
    both = SideBySide(street)
    both.read((value, headers, ms(NOW)) for value, headers, _ in in_order(generate(street, seed=seed, cases=100)))
    assert not waiting(both), "its sources have not told all of it"
    sources = {case["source"] for case in both.recount.cases.values()}
    both.change({**street, "history": {source: {"ended_at": NOW.isoformat()} for source in sources}})
    for number in range(1, ROUNDS):
        told = waiting(both)
        if not told:
            return
        both.read((value, {"ce_type": DEADLINE}, ms(NOW + number * timedelta(seconds=1))) for value in told)
    raise AssertionError(f"it does not come to its end: {waiting(both)[:5]}")


def waiting(both: SideBySide) -> list[dict[str, object]]:
    """What the timekeeper would tell now, of every case."""
    return [
        {**mark, "case_id": case_id, "at": mark["at"].isoformat()}
        for case_id, case in both.recount.cases.items()
        for mark in marks(both.recount.rules, case)
        if mark["at"] <= NOW
    ]


def ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)
