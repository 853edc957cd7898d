"""Working time in 2024, worked out by hand: 清明 on 4–6 April, made up on Sunday 7 April."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from tests.recount.calendar import ZONE, after, between, is_workday

USUAL: dict[str, Any] = {}
WINDOWS = {"hours": [["08:30", "18:00"], ["20:00", "24:00"]]}


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2024-{text}:00+08:00")


@pytest.mark.parametrize(
    ("day", "expected"),
    [("04-03", True), ("04-04", False), ("04-05", False), ("04-06", False), ("04-07", True), ("04-28", True),
     ("05-03", False), ("03-09", False), ("02-18", True), ("10-12", True), ("06-10", False)],
)  # fmt: skip
def test_the_state_council_s_days_of_2024(day: str, expected: bool) -> None:
    assert is_workday(USUAL, date.fromisoformat(f"2024-{day}")) is expected


def test_the_row_s_own_days_count_first() -> None:
    row = {"workdays": ["2024-03-09"], "holidays": ["2024-03-11", "2024-04-07"]}
    assert [is_workday(row, date(2024, *day)) for day in ((3, 9), (3, 11), (4, 7))] == [True, False, False]


@pytest.mark.parametrize(
    ("begin", "limit", "expected"),
    [
        ("03-08 10:00", {"hours": 72}, "03-11 10:00"),
        ("03-08 10:00", {"workhours": 2}, "03-08 12:00"),
        ("03-08 10:00", {"workhours": 2.5}, "03-08 14:00"),
        ("03-08 17:00", {"workhours": 1}, "03-11 09:30"),
        ("03-08 12:30", {"workhours": 4}, "03-08 17:30"),
        ("03-09 10:00", {"workhours": 7}, "03-11 17:30"),
        ("04-03 17:30", {"workhours": 3.5}, "04-07 14:00"),
        ("03-08 10:00", {"workdays": 1}, "03-11 17:30"),
        ("03-09 10:00", {"workdays": 1}, "03-11 17:30"),
        ("03-11 00:00", {"workdays": 1}, "03-12 17:30"),
        ("04-03 23:59", {"workdays": 2}, "04-08 17:30"),
    ],
)
def test_a_limit_ends(begin: str, limit: dict[str, float], expected: str) -> None:
    assert after(USUAL, at(begin), limit).astimezone(ZONE) == at(expected)


def test_hours_are_the_row_s() -> None:
    assert after(WINDOWS, at("03-08 17:00"), {"workhours": 2.5}) == at("03-08 21:30")
    assert after(WINDOWS, at("03-08 10:00"), {"workdays": 1}) == at("03-12 00:00"), "24:00 ends the day"


@pytest.mark.parametrize(
    ("begin", "end", "expected"),
    [("03-08 10:00", "03-08 11:15", 1.25), ("03-08 11:00", "03-08 14:00", 1.5), ("03-08 17:00", "03-11 10:00", 1.5),
     ("03-09 00:00", "03-10 23:00", 0), ("03-11 10:00", "03-08 10:00", 0), ("04-03 00:00", "04-08 00:00", 14)],
)  # fmt: skip
def test_the_working_time_between(begin: str, end: str, expected: float) -> None:
    assert between(USUAL, at(begin), at(end)) == timedelta(hours=expected)
