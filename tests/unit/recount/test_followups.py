"""What routing owed itself: marks of clocks, windows that end, a closed department; only where it is waited for."""

from collections.abc import Mapping
from typing import Any

import pytest

from .log import STREET
from .tale import Tale, time

CHAIN = {"remind_at": 0.5, "escalation": ["department", "leader", "committee"], "step": {"workhours": 2}}


def told(**more: Any) -> Tale:
    """Litter, received on Tuesday 5 March at 10:00, 24 hours to reply."""
    return Tale(at="05 10:00", **more).under(**CHAIN)


def steps(case: Tale) -> dict[str, int]:
    return {kind: case.kinds[(kind, "b")] for kind in ("due_soon", "overdue", "escalated")}


def test_a_clock_reminds_is_overdue_and_goes_up_the_chain() -> None:
    case = told()
    for step, at, expected in (
        (0, "05 22:00", (1, 0, 0)),
        (1, "06 10:00", (1, 1, 0)),
        (2, "06 12:00", (1, 1, 1)),
        (3, "06 15:30", (1, 1, 2)),
        (4, "06 17:30", (1, 1, 2)),
    ):
        assert tuple(steps(case.reached("reply", step, at)).values()) == expected, "that its own lead hears is no step"
    assert case.case["state"] == "dispatched"


@pytest.mark.parametrize(
    ("clock", "step", "at"),
    [("reply", 0, "05 21:00"), ("reply", 1, "06 10:00"), ("inner", 0, "05 22:00"), ("hold", 1, "05 22:00")],
)
def test_another_mark_than_the_one_that_is_waited_for_has_no_effect(clock: str, step: int, at: str) -> None:
    assert sum(steps(told().reached(clock, step, at)).values()) == 0


def test_a_mark_counts_once_and_not_before_the_log_comes_to_it() -> None:
    case = told().reached("reply", 0, "05 22:00").reached("reply", 0, "05 22:00")
    assert steps(case)["due_soon"] == 1
    early = told().reached("reply", 0, "05 22:00")
    value, headers, appended = early.records[-1]
    for before, counted in ((6_000, 0), (5_000, 1)):
        early.records[-1] = (value, headers, appended - before)
        assert steps(early)["due_soon"] == counted


def test_without_a_share_and_a_chain_it_is_overdue_all_the_same() -> None:
    case = Tale(at="05 10:00").reached("reply", 1, "06 10:00").reached("reply", 2, "07 10:00")
    assert list(steps(case).values()) == [0, 1, 0]


def test_an_ended_clock_and_a_merged_case_wait_for_nothing() -> None:
    replied = (
        told().act("b", "sign", "05 11:00").act("b", "reply", "05 12:00", text="x").reached("reply", 0, "05 22:00")
    )
    assert steps(replied)["due_soon"] == 0
    merged = told().act("dispatcher", "merge", "05 11:00", main="t-x").reached("reply", 0, "05 22:00")
    assert steps(merged)["due_soon"] == 0
    merged.act("dispatcher", "split", "05 23:00").reached("reply", 0, "05 22:00")
    assert steps(merged)["due_soon"] == 1, "its clocks went on"


def test_an_assistant_s_marks_count_with_the_assistant() -> None:
    case = told().act("dispatcher", "assist", "05 11:00", department="c")
    task = case.case["tasks"][0]["id"]
    case.reached("assist", 0, "05 23:00", task=task).reached("assist", 1, "06 11:00", task=task)
    assert (case.kinds[("due_soon", "c")], case.kinds[("overdue", "c")]) == (1, 1)


@pytest.mark.parametrize(("at", "state"), [("12 12:00", "closed"), ("19 12:00", "archived")])
def test_a_closed_case_is_archived_when_its_window_is_over_and_not_reminded_of_it(at: str, state: str) -> None:
    case = told().act("b", "sign", "05 11:00").act("b", "reply", "05 11:30", text="x")
    case.act("dispatcher", "close", "05 12:00").reached("archive", 0, at).reached("archive", 1, at)
    assert (case.case["state"], case.kinds[("archived", "b")]) == (state, state == "archived")
    assert case.rate("handled") == (1, 1)


def test_a_window_may_have_parts_of_a_day() -> None:
    case = Tale().under(archive_after_days=0.5).to_a_close().reached("archive", 1, "06 00:00")
    assert case.case["state"] == "archived"


def test_a_hold_ends_by_itself_on_its_day() -> None:
    case = told().act("b", "sign", "05 10:00").act("b", "handle", "05 11:00")
    case.act("dispatcher", "hold", "05 12:00", reason="x", until="09 00:00")
    assert case.reached("hold", 0, "07 06:00").case["state"] == "on_hold"
    assert case.reached("hold", 1, "09 00:00").case["state"] == "handling"
    assert case.kinds[("resumed", "b")] == 1


def test_who_lets_the_time_to_return_pass_is_late_with_nothing() -> None:
    case = (
        told().under(limits={"return": {"hours": 2}}).reached("return", 0, "05 11:00").reached("return", 1, "05 12:00")
    )
    assert sum(steps(case).values()) == 0


@pytest.mark.parametrize(("ended", "counted"), [(None, 0), ("09 09:59", 0), ("09 10:01", 1)])
def test_the_past_fires_nothing_until_it_is_told_whole(ended: str | None, counted: int) -> None:
    case = told()
    value, headers, _ = case.records[0]
    case.records[0] = (value, headers, case.records[0][2] + 96 * 3_600_000)
    if ended is not None:
        case.street = {**case.street, "history": {"grid": {"ended_at": time(ended)}}}
    case.reached("reply", 0, "05 22:00")
    case.records[-1] = (case.records[-1][0], case.records[-1][1], case.records[0][2])
    assert steps(case)["due_soon"] == counted


def test_a_closed_department_s_work_is_its_last_successor_s() -> None:
    case = told().act("dispatcher", "assist", "05 11:00", department="c").act("c", "sign", "05 12:00")
    case.act("c", "reply", "05 13:00", text="x").act("dispatcher", "assist", "05 14:00", department="c")
    case.act("dispatcher", "assist", "05 14:00", department="a")
    recount = case.recount
    recount.change(closed(b="a", a="d", c="d"))
    record = ({"case_id": case.case_id, "what": "successor", "at": time("06 10:00")}, DIRECTORY, 0)
    recount.read([[record]]).read([[record]])
    found = recount.cases[case.case_id]
    assert (found["state"], found["department"]) == ("dispatched", "d")
    assert [(task["department"], task["state"]) for task in found["tasks"]] == [
        ("c", "replied"),
        ("d", "released"),
        ("d", "released"),
    ], "who leads does not assist as well"
    handed = [event["dims"]["department"] for event in found["happened"] if event["kind"] == "handed_over"]
    assert handed == ["d", "d", "d"]


DIRECTORY = {"ce_type": "mingshao.followup.directory.v1"}


def closed(**successors: str) -> Mapping[str, Any]:
    rows = {name: row | ({"successor": successors[name]} if name in successors else {})
            for name, row in STREET["department"].items()}  # fmt: skip
    return STREET | {"department": rows}


def test_a_mark_for_a_case_that_nobody_knows_has_no_effect() -> None:
    case = Tale().followup("deadline", case_id="t-nobody", clock="archive", step=1, at="20 00:00")
    assert case.case["state"] == "dispatched"
