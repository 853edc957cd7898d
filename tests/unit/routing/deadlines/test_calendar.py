"""Working days are the State Council's, the row's own exceptions first; limits end on them."""

from datetime import UTC, date, timedelta
from zoneinfo import ZoneInfo

import pytest

from services.contracts.directory import Calendar, Limit
from services.routing.domain.deadlines.calendar import WorkCalendar, work_calendar
from services.routing.domain.deadlines.china import public_days
from tests.unit.routing.deadlines.times import NINE_TO_FIVE, SHANGHAI, at, usual

# the State Council's notices for 2024, 2025 and 2026: days off that are no weekend, weekends worked
OFF = {
    2024: "01-01 02-12 02-13 02-14 02-15 02-16 04-04 04-05 05-01 05-02 05-03 06-10 09-16 09-17 "
    "10-01 10-02 10-03 10-04 10-07",
    2025: "01-01 01-28 01-29 01-30 01-31 02-03 02-04 04-04 05-01 05-02 05-05 06-02 10-01 10-02 10-03 10-06 10-07 10-08",
    2026: "01-01 01-02 02-16 02-17 02-18 02-19 02-20 02-23 04-06 05-01 05-04 05-05 06-19 09-25 "
    "10-01 10-02 10-05 10-06 10-07",
}
MADE_UP = {
    2024: "02-04 02-18 04-07 04-28 05-11 09-14 09-29 10-12",
    2025: "01-26 02-08 04-27 09-28 10-11",
    2026: "01-04 02-14 02-28 05-09 09-20 10-10",
}


def days(year: int, listed: str) -> set[date]:
    return {date.fromisoformat(f"{year}-{day}") for day in listed.split()}


def whole(year: int) -> list[date]:
    first = date(year, 1, 1)
    return [first + timedelta(days=number) for number in range((date(year + 1, 1, 1) - first).days)]


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_working_days_are_those_of_the_notice_of_the_year(year: int) -> None:
    every = whole(year)
    week = {day for day in every if day.weekday() < 5}
    assert {day for day in every if usual().is_workday(day)} == week - days(year, OFF[year]) | days(year, MADE_UP[year])
    assert public_days(year).arranged


def test_the_eve_of_2024_was_a_working_day_that_employers_were_only_asked_to_give() -> None:
    assert usual().is_workday(date(2024, 2, 9))


def test_make_up_days_that_the_next_year_s_notice_names_are_worked() -> None:
    assert usual().is_workday(date(2001, 12, 29))  # by the notice for 2002


def test_a_year_without_a_notice_has_the_law_s_holidays_and_says_so() -> None:
    assert not public_days(2098).arranged
    assert not public_days(2098).make_up
    assert not usual().is_workday(date(2098, 10, 1))
    assert usual().is_workday(date(2098, 11, 3))  # a Monday
    assert not usual().is_workday(date(2098, 11, 1))


def test_a_year_of_which_nothing_is_known_has_its_weekends_only() -> None:
    every = whole(2300)
    assert {day for day in every if usual().is_workday(day)} == {day for day in every if day.weekday() < 5}
    assert not public_days(2300).arranged


def test_local_exceptions_win() -> None:
    local = WorkCalendar(Calendar(name="本街道", workdays=[date(2025, 10, 1)], holidays=[date(2025, 10, 11)]), SHANGHAI)
    assert local.is_workday(date(2025, 10, 1))
    assert not local.is_workday(date(2025, 10, 11))
    assert local.after(at("2025-09-30 10:00"), Limit(workdays=1)) == at("2025-10-01 17:30")


@pytest.mark.parametrize(
    ("start", "workdays", "end"),
    [
        ("2025-03-03 08:00", 1, "2025-03-04 17:30"),  # the day on which it begins is not counted, however early
        ("2025-03-03 23:59", 1, "2025-03-04 17:30"),
        ("2025-03-07 10:00", 2, "2025-03-11 17:30"),
        # 2025: Spring Festival 28 January to 4 February; Sunday 26 January and Saturday 8 February worked
        ("2025-01-24 16:00", 1, "2025-01-26 17:30"),
        ("2025-01-24 16:00", 5, "2025-02-07 17:30"),
        ("2025-01-29 12:00", 1, "2025-02-05 17:30"),
        ("2025-02-05 09:00", 3, "2025-02-08 17:30"),
        # National Day and Mid-Autumn 1 to 8 October; Sunday 28 September and Saturday 11 October worked
        ("2025-09-27 10:00", 1, "2025-09-28 17:30"),
        ("2025-09-30 10:00", 1, "2025-10-09 17:30"),
        ("2025-09-30 10:00", 5, "2025-10-14 17:30"),
        # 2026: Spring Festival 15 to 23 February; Saturdays 14 and 28 February worked
        ("2026-02-13 17:00", 1, "2026-02-14 17:30"),
        ("2026-02-13 17:00", 5, "2026-02-27 17:30"),
        ("2026-02-13 17:00", 6, "2026-02-28 17:30"),
        # National Day 1 to 7 October; Saturday 10 October worked
        ("2026-09-30 17:31", 3, "2026-10-10 17:30"),
        ("2026-09-18 09:00", 1, "2026-09-20 17:30"),
        # over New Year into a year of its own
        ("2025-12-31 09:00", 1, "2026-01-04 17:30"),
        ("2024-12-31 09:00", 249, "2026-01-04 17:30"),
    ],
)
def test_working_days_end_when_business_does_on_the_last_one(start: str, workdays: int, end: str) -> None:
    assert usual().after(at(start), Limit(workdays=workdays)) == at(end)


@pytest.mark.parametrize(
    ("start", "workhours", "end"),
    [
        ("2025-03-03 09:00", 1, "2025-03-03 10:00"),
        ("2025-03-03 11:30", 1, "2025-03-03 14:00"),
        ("2025-03-03 09:00", 3, "2025-03-03 12:00"),  # done when the morning is, not when the afternoon begins
        ("2025-03-03 06:00", 7, "2025-03-03 17:30"),
        ("2025-03-03 18:00", 0.5, "2025-03-04 09:30"),
        ("2025-01-27 17:00", 1, "2025-02-05 09:30"),
        ("2025-09-30 16:30", 2, "2025-10-09 10:00"),
        ("2026-02-14 16:30", 2, "2026-02-24 10:00"),
        ("2025-12-31 16:30", 2, "2026-01-04 10:00"),
    ],
)
def test_working_hours_pass_within_business_hours_only(start: str, workhours: float, end: str) -> None:
    assert usual().after(at(start), Limit(workhours=workhours)) == at(end)


def test_hours_pass_always_and_are_real_hours_where_clocks_change() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    assert usual().after(at("2025-01-27 20:00"), Limit(hours=24)) == at("2025-01-28 20:00")
    assert usual(berlin).after(at("2025-03-29 20:00", berlin), Limit(hours=24)) == at("2025-03-30 21:00", berlin)


def test_a_night_shift_is_as_long_as_the_night_was() -> None:
    """Clocks went from 02:00 to 03:00 on Sunday 30 March 2025, and back on 26 October."""
    row = Calendar(name="值班", hours=(("00:00", "24:00"),), workdays=[date(2025, 3, 30), date(2025, 10, 26)])
    berlin = ZoneInfo("Europe/Berlin")
    duty = WorkCalendar(row, berlin)
    assert duty.worked(at("2025-03-30 00:00", berlin), at("2025-03-31 00:00", berlin)) == timedelta(hours=23)
    assert duty.worked(at("2025-10-26 00:00", berlin), at("2025-10-27 00:00", berlin)) == timedelta(hours=25)
    assert duty.after(at("2025-03-28 12:00", berlin), Limit(workdays=1)) == at("2025-03-31 00:00", berlin)


def test_a_shift_that_falls_where_no_time_is_has_none() -> None:
    row = Calendar(name="夜班", hours=(("02:00", "02:45"), ("02:45", "04:00")), workdays=[date(2025, 3, 30)])
    berlin = ZoneInfo("Europe/Berlin")
    whole = WorkCalendar(row, berlin).worked(at("2025-03-30 00:00", berlin), at("2025-03-30 12:00", berlin))
    assert whole == timedelta(hours=1)


@pytest.mark.parametrize(
    ("begin", "end", "hours"),
    [
        ("2025-03-03 10:00", "2025-03-03 15:00", 5),
        ("2025-03-03 18:00", "2025-03-04 08:00", 0),
        ("2025-01-27 16:00", "2025-02-05 10:00", 2),
        ("2025-12-31 16:00", "2026-01-04 10:00", 2),
        ("2025-01-01 00:00", "2026-01-01 00:00", 248 * 8),
        ("2025-03-03 15:00", "2025-03-03 10:00", -5),
    ],
)
def test_working_time_between_leaves_out_what_is_not_worked(begin: str, end: str, hours: float) -> None:
    assert NINE_TO_FIVE.worked(at(begin), at(end)) == timedelta(hours=hours)


def test_due_times_are_in_utc_whatever_the_limit() -> None:
    for limit in (Limit(hours=1), Limit(workhours=1), Limit(workdays=1)):
        assert usual().after(at("2025-03-03 10:00"), limit).tzinfo is UTC


def test_an_equal_row_has_the_same_calendar() -> None:
    assert work_calendar(Calendar(name="甲"), SHANGHAI) is work_calendar(Calendar(name="甲"), ZoneInfo("Asia/Shanghai"))
    assert work_calendar(Calendar(name="甲"), SHANGHAI) is not work_calendar(Calendar(name="乙"), SHANGHAI)


@pytest.mark.parametrize(
    "row",
    [
        Calendar(name="无", hours=()),
        Calendar(name="倒", hours=(("12:00", "09:00"),)),
        Calendar(name="叠", hours=(("09:00", "12:00"), ("11:00", "17:00"))),
        Calendar(name="乱", hours=(("13:00", "17:00"), ("09:00", "12:00"))),
        Calendar(name="两可", workdays=[date(2025, 3, 3)], holidays=[date(2025, 3, 3)]),
    ],
)
def test_a_row_that_cannot_be_is_refused_when_it_is_built(row: Calendar) -> None:
    with pytest.raises(ValueError, match=r"hours are|is both"):
        WorkCalendar(row, SHANGHAI)
