"""Percentages: never all unless all, never none unless none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.metrics.domain.percent import percent


@pytest.mark.parametrize(
    ("numerator", "denominator", "shown"),
    [
        (2_499, 2_500, "99.96%"),
        (1_999, 2_000, "99.95%"),
        (999, 1_000, "99.9%"),
        (1, 2_500, "0.04%"),
        (1, 1_000_000, "0.0001%"),
        (1, 3, "33.3%"),
        (5, 5, "100.0%"),
        (0, 5, "0.0%"),
    ],
)
def test_a_share_as_people_read_it(numerator: int, denominator: int, shown: str) -> None:
    assert percent(numerator / denominator) == shown


@given(st.integers(1, 10_000_000).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_only_all_reads_as_all_and_only_none_as_none(part: tuple[int, int]) -> None:
    numerator, denominator = part
    shown = float(percent(numerator / denominator).removesuffix("%"))
    assert (shown == 100) == (numerator == denominator)
    assert (shown == 0) == (numerator == 0)
