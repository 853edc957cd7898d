"""Which sheets a question is read from: all that hold something of it, and no more than it needs."""

from datetime import datetime, timedelta

import pytest

from services.contracts.rates import CellBasis
from services.metrics.adapters.asked_sheets import MOST_NAMED, Part, between, by_name, parts
from services.metrics.adapters.sheets import sheet_id
from services.metrics.domain.cells import Sheet
from services.metrics.domain.periods import Period
from services.metrics.ports import CellQuery

from .cases import at
from .test_worked_example import SHANGHAI

DAY = timedelta(days=1)
MIDNIGHT = at("04-10 00:00")


def query(
    begin: datetime | None,
    end: datetime | None,
    basis: CellBasis = "cohort",
    *,
    bucketed: bool = False,
    by_month: bool = False,
) -> CellQuery:
    period = Period(begin=begin, end=end)
    return CellQuery(basis=basis, period=period, dims=("department",), bucketed=bucketed, by_month=by_month)


def test_a_period_is_read_from_its_whole_months_and_the_days_around_them() -> None:
    asked = parts(query(at("01-20 00:00"), at("04-10 00:00")), SHANGHAI)
    assert [(part.basis, part.period.begin, part.period.end) for part in asked] == [
        ("cohort", at("01-20 00:00"), at("02-01 00:00")),
        ("cohort", at("04-01 00:00"), at("04-10 00:00")),
        ("cohort.month", at("02-01 00:00"), at("04-01 00:00")),
    ]
    assert [part.basis for part in parts(query(None, None, "due"), SHANGHAI)] == ["due.month"]


@pytest.mark.parametrize(
    "asked",
    [
        query(None, None, "durations"),
        query(None, None, "flow"),
        CellQuery(basis="cohort", period=Period(), dims=("grid",)),
        query(None, None, bucketed=True),
        CellQuery(basis="cohort", period=Period(), dims=("department", "category")),
        CellQuery(basis="cohort", period=Period(), dims=("category",)),
    ],
)
def test_where_no_months_are_kept_all_is_read_from_days(asked: CellQuery) -> None:
    (part,) = parts(asked, SHANGHAI)
    assert (part.basis, part.period) == (asked.basis, asked.period)


def test_buckets_by_month_may_be_months() -> None:
    asked = parts(query(None, None, bucketed=True, by_month=True), SHANGHAI)
    assert [part.basis for part in asked] == ["cohort.month"]


@pytest.mark.parametrize(
    ("basis", "step", "count"),
    [("cohort", DAY, 3), ("durations", DAY, 3), ("due", DAY / 24, 72), ("flow", DAY / 24, 72)],
)
def test_named_values_are_read_sheet_by_sheet(basis: CellBasis, step: timedelta, count: int) -> None:
    part = Part(basis, "department", Period(begin=MIDNIGHT, end=MIDNIGHT + 3 * DAY))
    match = by_name([part], ["b", "a/b"], {0: 9, 3: 1}, SHANGHAI)
    assert match is not None
    wanted = {
        sheet_id(partition, Sheet(basis, MIDNIGHT + number * step, "department", value))
        for number in range(count)
        for value in ("b", "a/b")
        for partition in (0, 3)
    }
    assert set(match["_id"]["$in"]) == wanted
    assert all(part.range["$gte"] <= id_ < part.range["$lt"] for id_ in wanted)


def test_too_many_are_read_by_their_range() -> None:
    part = Part("due", "department", Period(begin=MIDNIGHT, end=MIDNIGHT + timedelta(hours=MOST_NAMED)))
    assert by_name([part], ["a"], [0], SHANGHAI) is not None
    assert by_name([part], ["a", "b"], [0], SHANGHAI) is None
    assert between([part]) == {"_id": part.range}
    assert between([part, part]) == {"$or": [{"_id": part.range}, {"_id": part.range}]}


def test_what_has_no_end_ends_with_the_last_sheet_there_is() -> None:
    part = Part("cohort.month", "department", Period())
    ids = [sheet_id(3, Sheet(part.basis, at(day), part.dimension, "a/b")) for day in ("02-01 00:00", "05-01 00:00")]
    assert not part.bounded
    bounded = part.within(ids)
    assert list(bounded.buckets(SHANGHAI)) == [at(f"0{month}-01 00:00") for month in (2, 3, 4, 5)]
    from_april = Part("cohort.month", "department", Period(begin=at("04-01 00:00"))).within(ids)
    assert list(from_april.buckets(SHANGHAI)) == [at("04-01 00:00"), at("05-01 00:00")]
    assert list(part.within([]).buckets(SHANGHAI)) == []
