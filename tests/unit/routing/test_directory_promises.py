"""The directory's calendars and policies: what they promise can be kept, and is promised once."""

from typing import Any

import pytest

from tests.unit.routing.test_directory_check import flaws, policy


@pytest.mark.parametrize(
    ("hours", "field"),
    [
        ([], "hours"),
        ([["12:00", "09:00"]], "hours[0]"),
        ([["09:00", "09:00"]], "hours[0]"),
        ([["09:00", "12:00"], ["11:00", "17:00"]], "hours[1]"),
        ([["13:00", "17:00"], ["09:00", "12:00"]], "hours[1]"),
    ],
)
def test_office_hours_are_in_order_and_apart(hours: list[Any], field: str) -> None:
    assert flaws({"calendar": {"c": {"name": "x", "hours": hours}}}) == [("calendar", "c", field, "bad_hours")]


def test_a_day_is_worked_or_free() -> None:
    calendar = {"name": "x", "workdays": ["2026-02-14"], "holidays": ["2026-02-16", "2026-02-14"]}
    assert flaws({"calendar": {"c": calendar}}) == [("calendar", "c", "workdays", "bad_hours")]


def test_what_leads_to_the_reply_has_no_longer_than_the_reply() -> None:
    limits = {"inner": {"hours": 25}, "sign": {"hours": 25}, "close": {"hours": 9}, "reply": {"hours": 24}}
    assert flaws({"policy": {"p": policy(**limits)}}) == [
        ("policy", "p", "limits.sign", "bad_limit"),
        ("policy", "p", "limits.inner", "bad_limit"),
        ("policy", "p", "limits.close", "bad_limit"),
    ]
    twice = {"name": "x", "channel": "grid", "escalation": ["leader", "leader"]}
    assert flaws({"policy": {"p": twice}}) == [("policy", "p", "escalation", "bad_limit")]


def test_no_two_policies_are_for_the_same_cases() -> None:
    assert flaws({"policy": {"other": {"name": "x"}}}) == [("policy", "other", "row", "bad_limit")]
