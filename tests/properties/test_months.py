"""A period's months and the rest of it hold each bucket once; a month holds what its days do."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from services.contracts.cases import CaseFact
from services.metrics.domain.cells import Sums
from services.metrics.domain.months import KEPT, OF, month_buckets, month_of, split, with_months
from services.metrics.domain.periods import Period, buckets, day_of, hour_of
from services.metrics.domain.units import moves
from tests.properties.case_logs import logs

ZONES = st.sampled_from([ZoneInfo(name) for name in ("Asia/Shanghai", "Europe/Berlin", "Asia/Kolkata", "UTC")])
BEGINNING = datetime(2025, 9, 1, tzinfo=UTC)
TIMES = st.integers(0, 520 * 24 * 60).map(lambda minutes: BEGINNING + timedelta(minutes=minutes))


@given(ZONES, st.none() | TIMES, st.none() | TIMES, st.lists(TIMES, min_size=1), st.booleans())
def test_each_bucket_of_a_period_is_in_its_months_or_in_the_rest(
    zone: ZoneInfo, begin: datetime | None, end: datetime | None, times: list[datetime], days: bool
) -> None:
    edge = day_of if days else hour_of
    period = Period(begin=begin and edge(begin, zone), end=end and edge(end, zone))
    parts = split(period, zone)
    for at in times:
        bucket = edge(at, zone)
        held = [part.holds(bucket) for part in parts.rest]
        held.append(parts.months is not None and parts.months.holds(month_of(bucket, zone)))
        assert sum(held) == period.holds(bucket), bucket


@given(ZONES, TIMES, TIMES)
def test_months_are_whole_and_as_many_as_fit(zone: ZoneInfo, one: datetime, other: datetime) -> None:
    begin, end = sorted((day_of(one, zone), day_of(other, zone)))
    parts = split(Period(begin=begin, end=end), zone)
    if parts.months is None:
        assert (
            sum(month_of(at, zone) == at for at in [*buckets(Period(begin=begin, end=end), zone, days=True), end]) < 2
        )
        return
    assert [month_of(at, zone) for at in month_buckets(parts.months, zone)] == list(month_buckets(parts.months, zone))
    for rest in parts.rest:
        assert len({month_of(at, zone) for at in buckets(rest, zone, days=True)}) == 1


@given(ZONES, TIMES, st.integers(0, 400), st.booleans())
def test_buckets_follow_each_other_without_a_gap(zone: ZoneInfo, at: datetime, count: int, days: bool) -> None:
    edge = day_of if days else hour_of
    begin = edge(at, zone)
    end = edge(begin + (timedelta(days=count) if days else timedelta(hours=count)), zone)
    found = list(buckets(Period(begin=begin, end=end), zone, days=days))
    assert found == sorted({edge(begin + timedelta(hours=step), zone) for step in range(_hours(begin, end))})


def _hours(begin: datetime, end: datetime) -> int:
    return int((end - begin) / timedelta(hours=1))


@given(logs())
def test_a_month_is_the_sum_of_its_days_own_cells(log: list[CaseFact]) -> None:
    zone, sums = ZoneInfo("Asia/Shanghai"), Sums()
    for fact in log:
        sums.add(list(moves(fact, zone)))
    sheets = with_months(sums.sheets(), zone)
    days, months = Counter[object](), Counter[object]()
    for sheet, cells in sheets.items():
        for (inner, _), tally in cells.items():
            month = month_of(sheet.bucket, zone)
            where = month, sheet.dimension, sheet.value
            if sheet.basis in KEPT.values():
                assert (inner, month) == (None, sheet.bucket)
                months.update({(sheet.basis, *where, measure): count for measure, count in tally.items()})
            elif inner is None and sheet.basis in KEPT and sheet.dimension in OF:
                days.update({(KEPT[sheet.basis], *where, measure): count for measure, count in tally.items()})
    assert {place: count for place, count in days.items() if count} == dict(months)
