"""Policies by how closely they match, and what routing does by itself: successors, redo and supervision."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.recount.case import new_case
from tests.recount.policies import DEFAULTS, Rules

from .log import STREET
from .tale import Tale


def said(field: str, channel: str, category: str | None = None, urgency: str = "normal") -> object:
    return terms(STREET["policy"], channel=channel, category=category, urgency=urgency)[field]


def terms(policies: dict[str, Any], *, department: str | None = None, **said: Any) -> dict[str, Any]:
    """Of a case on this street under these policies."""
    submission = {"channel": "grid", "source": "grid", "reported_at": "2024-03-05T10:00:00+08:00"} | said
    case = new_case(submission, said.get("category"), datetime(2024, 3, 5, tzinfo=UTC), None) | {
        "department": department
    }
    rows = {name: {"name": name} | row for name, row in policies.items()}
    return Rules(STREET | {"policy": rows}).terms(case)


@pytest.mark.parametrize(
    ("field", "case", "expected"),
    [
        ("most_redos", ("hotline", "noise"), DEFAULTS["most_redos"]),
        ("most_redos", ("grid", "litter"), 1),
        ("most_redos", ("grid", "noise"), 0),
        ("most_redos", ("grid", "night-noise"), 0),
        ("most_redos", ("deputy", "night-noise"), DEFAULTS["most_redos"]),
        ("redo_if_unsolved", ("grid", "noise"), True),
        ("publish_from", ("hotline", None, "urgent"), "replied"),
        ("longest_extension", ("grid", "noise"), {"hours": 240}),
    ],
)
def test_the_closest_policy_that_says_it_counts(field: str, case: tuple[str, ...], expected: object) -> None:
    assert said(field, *case) == expected


def hours(number: float) -> dict[str, float]:
    return {"hours": number}


def limit(policies: dict[str, Any], name: str, **said: Any) -> Any:
    rows = {row_id: row | {"limits": {name: hours(number)}} for row_id, (row, number) in policies.items()}
    return terms(rows, **said)["limits"].get(name)


def test_of_equally_many_criteria_a_category_counts_first_then_department_urgency_channel_and_id() -> None:
    by = {
        "a": ({"channel": "grid"}, 5), "b": ({"urgency": "normal"}, 4), "c": ({"department": "b"}, 3),
        "d": ({"category": "noise"}, 2), "e": ({"category": "night-noise"}, 1), "f": ({"category": "night-noise"}, 6),
    }  # fmt: skip
    asked: dict[str, Any] = {"category": "night-noise", "department": "b"}
    for expected in (1, 6, 2, 3, 4, 5):
        assert limit(by, "sign", **asked) == hours(expected)
        by = {name: row for name, row in by.items() if row[1] != expected}
    assert limit({"x": ({"department": "c"}, 1)}, "sign", **asked) is None


def test_more_criteria_count_before_any_one() -> None:
    both = {"a": ({"category": "night-noise"}, 1), "b": ({"channel": "grid", "urgency": "normal"}, 2)}
    assert limit(both, "sign", category="night-noise") == hours(2)


@pytest.mark.parametrize(
    ("policies", "category", "expected"),
    [
        ({}, "other", 168),
        ({}, "noise", 48),
        ({"all": ({}, 1)}, "other", 1),
        ({"all": ({}, 1)}, "noise", 48),
        ({"all": ({"channel": "grid", "urgency": "normal"}, 1)}, "noise", 48),
        ({"above": ({"category": "noise"}, 2)}, "night-noise", 2),
        ({"above": ({"category": "noise", "channel": "grid"}, 2), "own": ({"category": "night-noise"}, 3)},
         "night-noise", 3),
    ],
)  # fmt: skip
def test_a_reply_s_limit_is_the_category_s_policy_s_then_its_own_then_any_policy_s(
    policies: dict[str, Any], category: str, expected: float
) -> None:
    assert limit(policies, "reply", category=category) == hours(expected)


def test_the_calendar_is_the_department_s_or_the_one_s_above_it_or_the_default() -> None:
    street: dict[str, Any] = STREET | {
        "department": {
            "a": {"name": "x", "calendar": "windows"},
            "b": {"name": "x", "parent": "a"},
            "c": {"name": "x"},
        },
        "calendar": {"windows": {"name": "windows"}, "default": {"name": "default"}},
    }
    submission = {"channel": "grid", "source": "grid", "reported_at": "2024-03-05T10:00:00+08:00"}
    case = new_case(submission, None, datetime(2024, 3, 5, tzinfo=UTC), None)
    names = [Rules(street).terms(case | {"department": lead})["calendar"]["name"] for lead in ("a", "b", "c", None)]
    assert names == ["windows", "windows", "default", "default"]
    assert Rules(street | {"calendar": {}}).terms(case)["calendar"] == {}


def test_a_category_whose_department_is_closed_goes_to_the_last_successor() -> None:
    assert Tale(category="night-noise").kinds[("dispatched", "c")] == 1


def test_nobody_dispatches_to_a_closed_department() -> None:
    told = Tale(category=None).act("dispatcher", "dispatch", "05 10:00", department="older")
    assert told.code == "closed_department"


def test_what_is_not_solved_is_redone_by_itself_where_policy_says_so() -> None:
    told = Tale().to_a_close().act("followup", "follow_up", "06 10:00", contacted=True, solved=False)
    assert (told.case["state"], told.case["redos"], told.case["follow_up"]) == ("redo", 1, None)
    assert told.kinds[("followed_up", "b")] == told.kinds[("redone", "b")] == 1
    rated = Tale().to_a_close().act("source", "rate", "06 10:00", grade=1, solved=False)
    assert (rated.rate("satisfied"), rated.rate("satisfied", "flow")) == (None, (0, 1))
    elsewhere = Tale("deputy").to_a_close().act("followup", "follow_up", "06 10:00", contacted=True, solved=False)
    assert elsewhere.case["state"] == "follow_up"


def test_not_from_the_archive() -> None:
    told = Tale().to_a_close().reached("archive", 1, "19 12:00")
    assert told.act("source", "rate", "21 10:00", grade=1, solved=False).case["state"] == "evaluated"


def redone(channel: str, category: str, times: int) -> Tale:
    told = Tale(channel, category).to_a_close("a" if category == "noise" else "b")
    for number in range(times):
        day, lead = f"{number + 6:02d}", "a" if category == "noise" else "b"
        told.act("followup", "redo", f"{day} 10:00", reason="x").act(lead, "handle", f"{day} 11:00")
        told.act(lead, "reply", f"{day} 12:00", text="好").act("dispatcher", "close", f"{day} 13:00")
    return told


@pytest.mark.parametrize(
    ("channel", "category", "times", "escalated"),
    [("deputy", "litter", 3, 0), ("deputy", "litter", 5, 2), ("grid", "litter", 2, 1), ("grid", "noise", 2, 2)],
)
def test_each_redo_beyond_the_most_goes_to_supervision(channel: str, category: str, times: int, escalated: int) -> None:
    kinds = redone(channel, category, times).kinds
    assert sum(count for (kind, _), count in kinds.items() if kind == "escalated") == escalated


@pytest.mark.parametrize(("urgency", "escalated"), [("normal", 1), ("urgent", 3)])
def test_each_transfer_beyond_the_most_too(urgency: str, escalated: int) -> None:
    told = Tale(urgency=urgency)
    for number, department in enumerate("cdac"):
        told.act("dispatcher", "dispatch", f"05 1{number}:00", department=department)
    assert sum(count for (kind, _), count in told.kinds.items() if kind == "escalated") == escalated
    assert told.kinds[("escalated", "c")] == 1, "it counts with the new lead"


def test_a_supervisor_escalates_by_level() -> None:
    assert Tale().act("supervisor", "escalate", "05 10:00").code == "missing_field"
    assert Tale().act("supervisor", "escalate", "05 10:00", level="leader").kinds[("escalated", "b")] == 1
