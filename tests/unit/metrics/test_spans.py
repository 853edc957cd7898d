"""Named spans of time, the calendar's and an assessment's: their edges, their neighbours, and that none is missed."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.metrics.domain.periods import BadPeriod, Period
from services.metrics.domain.spans import CALENDAR, MOST_SPANS, UNITS, Turn, before, span, span_of, spans, year_before

from .test_worked_example import SHANGHAI

CITY = Turn(day=25, month=11)
turns = st.builds(Turn, day=st.integers(1, 28), month=st.integers(1, 12))
times = st.integers(631_152_000, 4_102_444_800).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
zones = st.sampled_from([SHANGHAI, ZoneInfo("Europe/Berlin"), ZoneInfo("UTC")])


@pytest.mark.parametrize(
    ("text", "turn", "begin", "end"),
    [
        ("2026", CALENDAR, "2026-01-01", "2027-01-01"),
        ("2026-11", CALENDAR, "2026-11-01", "2026-12-01"),
        ("2026-12", CALENDAR, "2026-12-01", "2027-01-01"),
        ("2026-W01", CALENDAR, "2025-12-29", "2026-01-05"),
        ("2026-11-28", CALENDAR, "2026-11-28", "2026-11-29"),
        ("2026-11-28T09", CALENDAR, "2026-11-28T09:00", "2026-11-28T10:00"),
        # 考核周期: from the 25th to the 25th, November to October
        ("2026-11", CITY, "2026-10-25", "2026-11-25"),
        ("2026-01", CITY, "2025-12-25", "2026-01-25"),
        ("2026", CITY, "2025-10-25", "2026-10-25"),
        ("2026", Turn(day=1, month=11), "2025-11-01", "2026-11-01"),
        ("2026", Turn(day=26), "2025-12-26", "2026-12-26"),
        ("2026-W01", CITY, "2025-12-29", "2026-01-05"),
    ],
)
def test_edges(text: str, turn: Turn, begin: str, end: str) -> None:
    found = span(text, SHANGHAI, turn)
    assert found.text == text
    assert [at.astimezone(SHANGHAI).replace(tzinfo=None) for at in (found.begin, found.end)] == [
        datetime.fromisoformat(begin),
        datetime.fromisoformat(end),
    ]


@pytest.mark.parametrize(
    ("text", "turn", "previous", "last_year"),
    [
        ("2026-01", CALENDAR, "2025-12", "2025-01"),
        ("2026", CITY, "2025", "2025"),
        ("2026-11", CITY, "2026-10", "2025-11"),
        ("2026-W01", CALENDAR, "2025-W52", "2025-W01"),
        ("2020-W53", CALENDAR, "2020-W52", "2019-W52"),
        ("2024-02-29", CALENDAR, "2024-02-28", "2023-02-28"),
        ("2024-02-29T00", CALENDAR, "2024-02-28T23", "2023-02-28T00"),
    ],
)
def test_neighbours(text: str, turn: Turn, previous: str, last_year: str) -> None:
    one = span(text, SHANGHAI, turn)
    assert before(one, SHANGHAI, turn).text == previous
    assert year_before(one, SHANGHAI, turn).text == last_year


@pytest.mark.parametrize(
    "text", ["", "26", "2026-13", "2026-00", "2026-W54", "2026-02-30", "2026-11-28T24", "last", "0000"]
)
def test_what_is_none_says_what_to_send(text: str) -> None:
    with pytest.raises(BadPeriod, match="2026-W48"):
        span(text, SHANGHAI)


@given(at=times, unit=st.sampled_from(UNITS), turn=turns, zone=zones)
def test_every_instant_is_in_one_that_is_named_alike_wherever_it_is_asked(
    at: datetime, unit: str, turn: Turn, zone: ZoneInfo
) -> None:
    one = span_of(at, unit, zone, turn)  # type: ignore[arg-type]
    assert one.begin <= at < one.end
    assert span_of(one.begin, one.unit, zone, turn) == one
    assert before(one, zone, turn).end == one.begin
    if unit != "hour":  # the hour that comes twice in autumn has one name
        assert span(one.text, zone, turn) == one
        assert year_before(one, zone, turn).end <= one.begin


@given(begin=times, days=st.integers(1, 800), unit=st.sampled_from(UNITS[1:]), turn=turns)
def test_a_period_is_covered_without_gaps(begin: datetime, days: int, unit: str, turn: Turn) -> None:
    period = Period(begin=begin, end=begin + timedelta(days=days))
    found = list(spans(period, unit, SHANGHAI, turn))  # type: ignore[arg-type]
    assert period.end is not None
    assert found[0].begin <= begin
    assert found[-1].begin < period.end <= found[-1].end
    assert all(one.end == other.begin for one, other in pairwise(found))


def test_too_many_are_refused() -> None:
    with pytest.raises(BadPeriod, match="larger"):
        list(
            spans(Period(begin=datetime(2020, 1, 1, tzinfo=UTC), end=datetime(2026, 1, 1, tzinfo=UTC)), "day", SHANGHAI)
        )
    assert MOST_SPANS > 5 * 366
