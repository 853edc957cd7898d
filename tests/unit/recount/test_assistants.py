"""协办: tasks of departments that do not lead."""

import pytest

from .tale import Tale


def assisted() -> Tale:
    return Tale().act("dispatcher", "assist", "05 10:00", department="c")


def test_an_assistant_signs_and_replies_on_its_own_task() -> None:
    told = assisted().act("c", "sign", "05 11:00").act("c", "reply", "06 10:00", text="好")
    assert told.code is None
    assert told.case["state"] == "dispatched"
    assert told.kinds[("assist_signed", "c")] == told.kinds[("assist_replied", "c")] == 1
    assert told.rate("assist_on_time", "due") == (1, 1)


def test_its_due_time_is_the_assist_s_and_the_category_s_hours() -> None:
    late = assisted().act("c", "sign", "05 11:00").act("c", "reply", "06 10:01", text="好")
    assert late.rate("assist_on_time", "due") == (0, 1)


@pytest.mark.parametrize(
    ("who", "action", "details", "code"),
    [
        ("d", "sign", {}, "unknown_case"),
        ("c", "handle", {}, "not_authorized"),
        ("c", "reply", {"text": "x"}, "not_allowed"),
        ("c", "return", {}, "missing_field"),
        ("b", "sign", {}, None),
        ("dispatcher", "refuse_return", {"department": "c", "reason": "x"}, "not_allowed"),
        ("c", "refuse_return", {"department": "c", "reason": "x"}, "not_authorized"),
        ("dispatcher", "release", {"department": "d"}, "no_task"),
        ("dispatcher", "assist", {"department": "c"}, "same_department"),
        ("dispatcher", "assist", {"department": "b"}, "same_department"),
        ("dispatcher", "assist", {"department": "old"}, "closed_department"),
        ("dispatcher", "assist", {"department": "z"}, "unknown_department"),
        ("c", "correct", {"corrects": "1", "text": "x"}, "unknown_action"),
    ],
)
def test_what_an_assistant_may_not(who: str, action: str, details: dict[str, str], code: str | None) -> None:
    assert assisted().act(who, action, "05 11:00", **details).code == code


def test_a_task_is_returned_and_kept_or_let_go() -> None:
    told = assisted().act("c", "return", "05 11:00", reason="x")
    kept = told.act("dispatcher", "refuse_return", "05 12:00", department="c", reason="x")
    assert kept.act("c", "reply", "05 13:00", text="好").code is None
    assert kept.kinds[("assist_return_requested", "c")] == kept.kinds[("assist_return_refused", "c")] == 1
    let_go = (
        assisted().act("c", "return", "05 11:00", reason="x").act("dispatcher", "release", "05 12:00", department="c")
    )
    assert let_go.kinds[("released", "c")] == 1
    assert let_go.rate("assist_on_time", "due") is None
    assert let_go.act("c", "sign", "05 13:00").code == "not_allowed"
    assert let_go.act("dispatcher", "assist", "05 14:00", department="c").code is None, "a new task"


def test_a_return_of_the_lead_s_is_refused_with_or_without_its_name() -> None:
    for details in ({}, {"department": "b"}):
        told = assisted().act("b", "return", "05 11:00", reason="x")
        told.act("dispatcher", "refuse_return", "05 12:00", reason="x", **details)
        assert told.case["state"] == "signed"
        assert told.kinds[("return_refused", "b")] == 1


def test_a_dispatch_gives_tasks_behind_it() -> None:
    told = Tale(category=None).act("dispatcher", "dispatch", "05 10:00", department="a", departments=["b", "c"])
    assert [event["kind"] for event in told.case["happened"]] == ["received", "dispatched", "assisted", "assisted"]
    assert told.kinds[("assisted", "b")] == told.kinds[("assisted", "c")] == 1
    for departments, code in (
        (["b", "z"], "unknown_department"),
        (["older"], "closed_department"),
        (["a"], "same_department"),
    ):
        bad = Tale(category=None).act("dispatcher", "dispatch", "05 10:00", department="a", departments=departments)
        assert bad.code == code


@pytest.mark.parametrize(("action", "details"), [("close", {}), ("verify", {"passed": True})])
def test_a_case_closes_only_when_no_task_is_open(action: str, details: dict[str, bool]) -> None:
    told = assisted().to_a_reply().act("dispatcher", action, "05 12:00", **details)
    assert told.code == "open_tasks"
    told.act("dispatcher", "release", "05 13:00", department="c").act("dispatcher", action, "05 14:00", **details)
    assert told.case["state"] == "closed"


def test_a_verification_that_fails_does_not_wait_for_tasks() -> None:
    assert assisted().to_a_reply().act("dispatcher", "verify", "05 12:00", passed=False).case["state"] == "redo"


def test_an_assistant_acts_only_while_the_case_is_open() -> None:
    told = assisted().to_a_reply().act("dispatcher", "merge", "05 12:00", main="t-x")
    assert told.act("c", "sign", "05 13:00").code == "merged"


def test_what_an_assistant_said_it_may_correct() -> None:
    told = assisted().act("c", "sign", "05 11:00").act("c", "reply", "05 12:00", text="好")
    assert told.act("c", "correct", "05 13:00", corrects="3", text="很好").code is None
