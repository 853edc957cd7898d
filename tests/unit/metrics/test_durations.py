"""Histograms of durations: how far off a quantile may be, and that the stored form stays what it is."""

import random
from datetime import timedelta

import pytest

from services.metrics.domain.durations import RELATIVE_ERROR, bin_of, bins, quantile


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("share", [0.5, 0.9, 0.99])
def test_a_quantile_is_off_by_the_stated_error_at_most(share: float, seed: int) -> None:
    dice = random.Random(seed)
    lengths = sorted(dice.lognormvariate(10, 2) + 1 for _ in range(dice.randrange(1, 500)))
    tally: dict[str, int] = {}
    for length in lengths:
        name = bin_of("closed", timedelta(seconds=length))
        tally[name] = tally.get(name, 0) + 1
    found = quantile(share, bins("closed", tally), len(lengths))
    assert found == pytest.approx(lengths[int(share * (len(lengths) - 1))], rel=RELATIVE_ERROR + 1e-6)


def test_bins_are_those_that_are_stored() -> None:
    """Another mapping would take away from bins that never got anything: that is a new generation of cells."""
    seconds = (0, 0.2, 1, 60, 3_600, 86_400, 7 * 86_400, 365 * 86_400)
    assert [bin_of("signed", timedelta(seconds=length)) for length in seconds] == [
        f"signed:{number}" for number in (0, 0, 0, 103, 205, 285, 333, 432)
    ]


def test_bins_of_other_histograms_and_empty_ones_are_left_out() -> None:
    tally = {"closed:9": 0, "closed:10": 2, "closed:-1": 1, "signed:3": 5, "x:closed:2": 1, "closed": 7}
    assert [count for _, count in bins("closed", tally)] == [1, 2]


def test_nothing_has_no_quantile() -> None:
    with pytest.raises(ValueError, match=r"0\.5"):
        quantile(0.5, [], 0)
