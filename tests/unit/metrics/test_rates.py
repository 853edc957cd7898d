"""The catalogue, periods, intervals, and what a figure says where there is nothing to say."""

import re
from datetime import UTC, datetime
from typing import get_args
from zoneinfo import ZoneInfo

import pytest
from msgspec import UNSET

from services.contracts.cases import OccurrenceKind
from services.metrics.domain.cells import UnsupportedDimensions, dimension_set, supported
from services.metrics.domain.figures import figure
from services.metrics.domain.interval import wilson
from services.metrics.domain.maturity import TERM
from services.metrics.domain.measures import MEASURES
from services.metrics.domain.periods import BadPeriod, Period, day, period, shown
from services.metrics.domain.rates import CATALOGUE, EARLIER, THEMES, UnknownBasis, UnknownRate, definition

SHANGHAI = ZoneInfo("Asia/Shanghai")


def test_every_row_counts_what_cells_hold_and_nothing_is_kept_for_no_row() -> None:
    counted: dict[str, set[str]] = {}
    for row in (*CATALOGUE.values(), *EARLIER):
        for basis in row.bases:
            counted.setdefault(row.cells(basis), set()).update(row.measures)
    assert counted["flow"] - {"ever_closed"} | {"dissatisfied"} == set(MEASURES["flow"])
    counted["durations"].add(TERM)  # by which it is told whether a span is mature
    assert {name: counted[name] for name in ("cohort", "due", "durations")} == {
        name: set(MEASURES[name]) for name in ("cohort", "due", "durations")
    }


def test_every_kind_of_occurrence_has_a_count_and_no_two_rows_are_one() -> None:
    assert {f"{kind}_count" for kind in get_args(OccurrenceKind)} <= set(CATALOGUE)
    assert len({row.name for row in CATALOGUE.values()}) == len(CATALOGUE)
    assert len({(row.measures, str(row.denominator), row.cells(row.bases[0])) for row in CATALOGUE.values()}) == len(
        CATALOGUE
    )
    assert len(CATALOGUE) == sum(map(len, THEMES.values()))


def test_names_are_chinese_and_meanings_are_in_both_languages() -> None:
    for row in CATALOGUE.values():
        assert re.search(r"[\u4e00-\u9fff]", row.name), row.id
        assert re.search(r"[\u4e00-\u9fff]", row.meaning), row.id
        assert not re.search(r"[\u4e00-\u9fff]", row.name_en + row.meaning_en), row.id


def test_a_rate_without_a_basis_takes_its_first() -> None:
    row, basis = definition("satisfied", None)
    assert (row.name, basis) == ("满意率(含基本满意)", "cohort")
    assert definition("satisfied", "flow")[1] == "flow"


def test_what_is_not_defined_says_what_is() -> None:
    with pytest.raises(UnknownRate, match="definitions"):
        definition("handeld", "cohort")
    with pytest.raises(UnknownBasis, match="cohort or flow"):
        definition("satisfied", "due")


def test_only_kept_combinations_are_answered() -> None:
    assert dimension_set(["category", "channel"]) == ("channel", "category")
    assert dimension_set([]) == ()
    assert len(supported()) == 11
    for wrong in (["channel", "department", "category"], ["channel", "grid"], ["colour"]):
        with pytest.raises(UnsupportedDimensions, match="channel,department"):
            dimension_set(wrong)


@pytest.mark.parametrize(
    ("numerator", "denominator", "low", "high"),
    # Newcombe (1998), Statistics in Medicine 17: 857-872, table I, method 3
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0000, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_gives_the_published_intervals(numerator: int, denominator: int, low: float, high: float) -> None:
    assert wilson(numerator, denominator) == pytest.approx((low, high), abs=5e-5)


def test_wilson_reaches_one_and_refuses_what_is_no_share() -> None:
    assert wilson(7, 7)[1] == 1.0
    for wrong in ((1, 0), (3, 2), (-1, 2)):
        with pytest.raises(ValueError, match="not a part"):
            wilson(*wrong)


def test_nothing_to_divide_by_is_null_with_a_reason() -> None:
    row = figure(CATALOGUE["handled"], {}, {}, {})
    assert row is not None
    assert (row.value, row.reason, row.interval, row.denominator) == (None, "nothing_to_divide_by", None, 0)
    assert figure(CATALOGUE["handled"], {"valid": 0}, {"channel": "grid"}, {}) is None
    assert figure(CATALOGUE["closed_count"], {}, {"channel": "grid"}, {}) is None


def test_closed_and_not_yet_evaluated_has_a_row_with_its_coverage() -> None:
    row = figure(CATALOGUE["satisfied"], {"closed": 4}, {"channel": "grid"}, {})
    assert row is not None
    assert row.coverage is not None
    assert (row.value, row.coverage.value) == (None, 0.0)


def test_a_weighted_numerator_is_a_decimal_and_no_part() -> None:
    row = figure(
        CATALOGUE["satisfied_weighted"], {"satisfied_strict": 1, "satisfied_basically": 3, "effective": 5}, {}, {}
    )
    assert row is not None
    assert (row.numerator, row.denominator, row.value, row.interval) == (3.7, 5, 0.74, None)
    none = figure(CATALOGUE["satisfied_weighted"], {"effective": 5}, {}, {})
    assert none is not None
    assert (none.numerator, none.interval) == (0, None)


def test_a_difference_of_measures_is_a_part() -> None:
    row = figure(CATALOGUE["not_dissatisfied"], {"valid": 4, "dissatisfied": 1}, {}, {})
    assert row is not None
    assert (row.numerator, row.denominator, row.value) == (3, 4, 0.75)
    assert row.interval is not None


def test_quantiles_have_no_row_where_no_duration_is_left() -> None:
    speed = CATALOGUE["speed_closed"]
    assert figure(speed, {"signed:4": 2, "closed:4": 0}, {"channel": "grid"}, {}) is None
    row = figure(speed, {"closed:0": 98, "closed:100": 2, "signed:400": 7}, {"channel": "grid"}, {})
    assert row is not None
    assert row.quantiles is not UNSET
    assert (row.denominator, row.quantiles["p90"] < 1, row.quantiles["p99"] > 50) == (100, True, True)


def test_more_evaluations_than_closings_are_no_coverage() -> None:
    row = figure(CATALOGUE["satisfied"], {"evaluated": 3, "satisfied": 2, "closed": 1}, {}, {})
    assert row is not None
    assert row.coverage is not None
    assert (row.value, row.coverage.value, row.coverage.reason) == (2 / 3, None, "not_a_part")


def test_dates_and_times_are_the_zones() -> None:
    asked = period("2026-03-30", "2026-03-31T00:00", SHANGHAI, days=True)
    assert asked == Period(begin=datetime(2026, 3, 29, 16, tzinfo=UTC), end=datetime(2026, 3, 30, 16, tzinfo=UTC))
    # an unencoded plus arrives as a blank
    assert period("2026-03-30T08:00:00 08:00", None, SHANGHAI, days=False).begin == datetime(2026, 3, 30, tzinfo=UTC)
    assert shown(asked.begin, SHANGHAI) == "2026-03-30T00:00:00+08:00"
    assert day(datetime(2026, 3, 29, 16, tzinfo=UTC), SHANGHAI) == asked


@pytest.mark.parametrize(
    ("begin", "end", "days", "field"),
    [
        ("yesterday", None, False, "from"),
        (None, "2026-13-01", False, "to"),
        ("2026-03-30T08:00", None, True, "from"),
        ("2026-03-30T08:30", None, False, "from"),
        ("2026-03-31", "2026-03-30", True, "to"),
    ],
)
def test_a_period_that_cannot_be_says_why(begin: str | None, end: str | None, days: bool, field: str) -> None:
    with pytest.raises(BadPeriod) as refused:
        period(begin, end, SHANGHAI, days=days)
    assert refused.value.field == field
