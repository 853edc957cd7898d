"""Clocks by hand, on the grid's litter case received on Monday 4 March at 10:00: what starts, stops and ends them."""

from typing import Any

import pytest

from .tale import Tale, time


def told(category: str | None = "other", **more: Any) -> Tale:
    return Tale(category=category, at="04 10:00", **more)


def work(case: Tale) -> Tale:
    """With b, who handles it."""
    case.act("dispatcher", "dispatch", "04 11:00", department="b").act("b", "sign", "04 12:00")
    return case.act("b", "handle", "04 13:00")


@pytest.mark.parametrize(
    ("limit", "due"),
    [({"hours": 5}, "04 15:00"), ({"workhours": 5}, "04 16:30"), ({"workdays": 2}, "06 17:30")],
)
def test_the_answer_s_limits_begin_with_the_reception(limit: dict[str, float], due: str) -> None:
    case = told().under(limits={"reply": limit, "inner": limit, "close": limit})
    assert [case.due(clock) for clock in ("reply", "inner", "close")] == [due] * 3
    assert case.case["inner_due_at"] == case.case["due_at"]


def test_the_source_s_own_due_time_counts_before_all() -> None:
    case = told(source_due_at=time("20 10:00")).under(limits={"reply": {"hours": 5}})
    assert case.due("reply") == "20 10:00"
    later = told(None, source_due_at=time("20 10:00")).act("dispatcher", "accept", "05 10:00", category="noise")
    assert later.due("reply") == "20 10:00"


def test_another_category_or_the_first_lead_is_another_promise_and_a_transfer_is_not() -> None:
    case = told(None).under(category="noise", limits={"reply": {"hours": 3}})
    assert case.due("reply") == "11 10:00"
    case.act("dispatcher", "accept", "05 10:00", category="noise")
    assert (case.due("reply"), case.case["first_due_at"]) == ("04 13:00", case.case["due_at"])
    moved = told().under(department="b", limits={"reply": {"hours": 3}, "inner": {"hours": 3}, "sign": {"hours": 2}})
    moved.act("dispatcher", "dispatch", "04 11:00", department="b")
    assert (moved.due("reply"), moved.due("inner"), moved.due("sign")) == ("04 13:00", "04 13:00", "04 13:00")
    moved.act("dispatcher", "dispatch", "04 12:00", department="c")
    assert (moved.due("reply"), moved.due("inner")) == ("04 13:00", "04 13:00")
    assert "sign" not in moved.case["clocks"]
    assert moved.act("c", "sign", "04 12:30").kinds[("signed_on_time", "c")] == 0


def test_an_urgency_that_is_amended_counts_from_the_next_dispatch_on() -> None:
    case = told().under(urgency="urgent", limits={"sign": {"hours": 2}, "reply": {"hours": 2}})
    case.act("source", "amend", "04 10:30", fields={"urgency": "urgent"})
    assert case.due("reply") == "11 10:00"
    assert case.act("dispatcher", "dispatch", "04 11:00", department="b").due("sign") == "04 13:00"


def test_a_hold_stops_what_the_policy_says() -> None:
    case = work(told().under(limits={"inner": {"workdays": 2}, "close": {"hours": 40}}, stopped_by_hold=["inner"]))
    case.act("dispatcher", "hold", "04 15:00", reason="x", until="05 12:30")
    assert (case.due("inner"), case.due("close"), case.due("reply")) == ("07 16:00", "06 02:00", "11 10:00")
    case.act("b", "resume", "05 18:00")
    assert case.due("inner") == "08 11:30", "16.5 hours of work were left"
    early = work(told().under(limits={"close": {"hours": 40}}, stopped_by_hold=["close", "reply"]))
    early.act("dispatcher", "hold", "04 15:00", reason="x", until="09 00:00").act("b", "resume", "04 16:00")
    assert (early.due("close"), early.due("reply"), early.case["first_due_at"].isoformat()) == (
        "06 03:00",
        "11 11:00",
        time("11 10:00"),
    )


def test_what_was_due_when_the_hold_began_does_not_move() -> None:
    case = work(told().under(limits={"inner": {"hours": 4}}, stopped_by_hold=["inner"], escalation=["leader"] * 3))
    case.act("dispatcher", "hold", "04 16:00", reason="x", until="05 16:00").act("b", "resume", "05 16:00")
    assert case.due("inner") == "04 14:00"


def test_an_extension_while_it_is_held_is_for_the_foreseen_end() -> None:
    def resumed(at: str) -> str:
        case = work(told().under(stopped_by_hold=["reply"]))
        case.act("dispatcher", "hold", "04 15:00", reason="x", until="06 00:00")
        case.act("dispatcher", "extend", "04 16:00", reason="x", until="20 00:00")
        assert case.due("reply") == "20 00:00"
        return case.act("b", "resume", at).due("reply")

    assert [resumed(at) for at in ("05 00:00", "06 00:00", "07 00:00")] == ["20 00:00", "20 00:00", "21 00:00"]


@pytest.mark.parametrize(
    ("longest", "until", "code"),
    [
        ({"workdays": 2}, "13 17:30", None), ({"workdays": 2}, "13 17:31", "too_long"),
        ({"workhours": 3}, "11 14:30", None), ({"workhours": 3}, "11 14:31", "too_long"),
        ({"hours": 1}, "11 11:00", None), ({"hours": 1}, "11 11:01", "too_long"),
    ],
)  # fmt: skip
def test_the_longest_extension_in_any_unit(longest: dict[str, float], until: str, code: str | None) -> None:
    case = work(told().under(channel="grid", longest_extension=longest))
    assert case.act("dispatcher", "extend", "05 10:00", reason="x", until=until).code == code


@pytest.mark.parametrize(
    ("limit", "due", "inner"), [({}, "13 12:00", "06 21:00"), ({"redo": {"workhours": 1}}, "06 14:30", "06 14:30")]
)
def test_a_redo_has_its_own_limit_or_the_reply_s(limit: dict[str, Any], due: str, inner: str) -> None:
    case = work(told().under(limits={"inner": {"hours": 9}} | limit)).act("b", "reply", "05 10:00", text="x")
    for action, details in (("redo", {"reason": "x"}), ("verify", {"passed": False})):
        again = case.act("dispatcher", action, "06 12:00", **details)
        assert (again.due("reply"), again.due("inner")) == (due, inner)
        assert again.case["first_due_at"].isoformat() == time("11 10:00")
        case = work(told().under(limits={"inner": {"hours": 9}} | limit)).act("b", "reply", "05 10:00", text="x")


@pytest.mark.parametrize(
    ("limits", "due"),
    [({}, "12 10:00"), ({"assist": {"workhours": 2}}, "05 12:00"), ({"reply": {"workdays": 1}}, "06 17:30")],
)
def test_an_assistant_has_its_own_limit_or_the_reply_s(limits: dict[str, Any], due: str) -> None:
    case = work(told().under(limits=limits)).act("dispatcher", "assist", "05 10:00", department="c")
    assert case.case["tasks"][0]["due_at"].isoformat() == case.case["clocks"][f"assist/{task(case)}"]["due"].isoformat()
    assert case.due(f"assist/{task(case)}") == due


def task(case: Tale) -> str:
    name: str = case.case["tasks"][-1]["id"]
    return name


def test_an_assistant_ends_its_own_clock_alone() -> None:
    case = told().under(limits={"sign": {"hours": 9}, "contact": {"hours": 9}})
    case.act("dispatcher", "dispatch", "04 11:00", department="b", departments=["c"])
    case.act("c", "sign", "04 12:00").act("c", "reply", "04 13:00", text="x")
    running = {name for name, clock in case.case["clocks"].items() if clock["ended"] is None}
    assert running == {"sign", "contact", "reply"}


def test_an_assistant_s_clock_is_held_where_policy_says_so() -> None:
    case = work(told().under(limits={"assist": {"hours": 10}}, stopped_by_hold=["assist"]))
    case.act("dispatcher", "assist", "04 14:00", department="c")
    case.act("dispatcher", "hold", "04 15:00", reason="x", until="05 15:00")
    assert case.due(f"assist/{task(case)}") == "06 00:00"
    assert case.case["tasks"][0]["due_at"].isoformat().startswith("2024-03-06T00:00")


def test_a_reply_that_is_sent_back_has_not_stopped_the_time() -> None:
    case = work(told().under(limits={"inner": {"hours": 30}})).act("b", "reply", "04 14:00", text="x")
    assert case.case["clocks"]["inner"]["ended"] is not None
    case.act("dispatcher", "send_back", "06 14:00", reason="x")
    assert (case.case["clocks"]["inner"]["ended"], case.due("inner")) == (None, "05 16:00")
