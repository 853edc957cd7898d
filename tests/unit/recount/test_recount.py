"""The recount's judgement and its figures, on small hand-made records."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.recount.figures import answered, figures
from tests.recount.history import generate
from tests.recount.recount import Recount

from .log import STREET, logged
from .tale import Tale


def test_everything_twice_over_counts_once() -> None:
    steps = generate(STREET, seed=5, cases=200)
    once, twice = Recount(STREET).read(logged(steps)), Recount(STREET).read(logged(steps + steps))
    assert figures(twice) == figures(once)
    assert sum(outcome["outcome"] == "applied" for outcome in twice.outcomes) == sum(
        outcome["outcome"] == "applied" for outcome in once.outcomes
    )


@pytest.mark.parametrize(("minute", "numerator"), [("05 23:30", 1), ("05 23:31", 0)])
def test_a_reply_in_the_last_minute_is_on_time(minute: str, numerator: int) -> None:
    told = Tale().act("b", "sign", "05 10:00").act("b", "reply", minute, text="好")
    assert figures(told.recount)[("on_time", "due", ("category",))] == {("litter",): (numerator, 1)}


def test_due_figures_count_up_to_the_last_full_hour() -> None:
    recount = Tale().recount
    due = recount.cases[Tale().case_id]["due_at"]
    assert ("on_time", "due", ()) not in figures(recount, until=due)
    assert figures(recount, until=due.replace(day=6, hour=0))[("on_time", "due", ())] == {(): (0, 1)}


def test_a_void_case_leaves_nothing_but_that_it_was_voided() -> None:
    told = Tale().act("dispatcher", "void", "05 10:00", reason="误报")
    assert {key[0] for key in figures(told.recount)} == {"voided_count"}


@pytest.mark.parametrize(
    ("who", "action", "at", "details", "code"),
    [
        ("a", "sign", "05 10:00", {}, "unknown_case"),
        ("source:hotline", "void", "05 10:00", {"reason": "x"}, "unknown_case"),
        ("b", "reply", "05 10:00", {"text": "x"}, "not_allowed"),
        ("dispatcher", "dispatch", "05 10:00", {"department": "b"}, "same_department"),
        ("dispatcher", "dispatch", "05 10:00", {"department": "z"}, "unknown_department"),
        ("dispatcher", "dispatch", "05 10:00", {}, "missing_field"),
        ("b", "return", "05 10:00", {}, "missing_field"),
        ("dispatcher", "consult", "05 10:00", {"parties": [], "reason": "x"}, "missing_field"),
        ("source", "amend", "04 23:29", {"fields": {"text": "x"}}, "before_reception"),
        ("source", "amend", "05 10:00", {"fields": {"category": "x"}}, "not_amendable"),
        ("dispatcher", "archive", "05 10:00", {}, "not_authorized"),
        ("dispatcher", "absorb", "05 10:00", {}, "not_authorized"),
        ("supervisor", "redo", "04 10:00", {}, "not_allowed"),
    ],
)
def test_what_the_table_does_not_allow_is_refused_and_counts_nowhere(
    who: str, action: str, at: str, details: Mapping[str, Any], code: str
) -> None:
    told = Tale().act(who, action, at, **details)
    assert told.code == code
    assert figures(told.recount) == figures(Tale().recount)


def test_the_same_again_has_no_effect_and_another_under_its_id_is_refused() -> None:
    told = Tale().act("b", "sign", "05 10:00")
    again, other = dict(told.records[1][0]), dict(told.records[1][0]) | {"at": "2024-03-05T11:00:00+08:00"}
    recount = Recount(STREET).read([[*told.records, (again, {"ce_type": "mingshao.action.requested.v1"}, 0)]])
    assert recount.outcomes[-1]["outcome"] == "none"
    recount.read([[(other, {"ce_type": "mingshao.action.requested.v1"}, 0)]])
    assert recount.outcomes[-1]["code"] == "conflicting_action"
    recount.read([[(dict(told.records[0][0]) | {"title": "y"}, {"ce_type": "mingshao.submission.received.v1"}, 0)]])
    assert recount.outcomes[-1]["code"] == "conflicting_duplicate"


def test_a_department_named_by_the_category_has_the_case_at_once() -> None:
    found = figures(Tale().recount)
    assert found[("dispatched_count", "flow", ("channel", "department"))] == {("grid", "b"): (1, None)}
    assert found[("accepted_count", "flow", ("department",))] == {("none",): (1, None)}


def test_a_direct_reply_is_the_dispatcher_s_and_only_from_accepted() -> None:
    told = Tale(category="other").act("dispatcher", "reply", "05 10:00", text="x")
    assert told.kinds[("replied", "none")] == 1
    assert Tale().act("dispatcher", "reply", "05 10:00", text="x").code == "not_authorized"


def test_an_answer_of_the_service_comes_into_the_same_form() -> None:
    rows = [
        {"group": {"department": "b"}, "numerator": 1, "denominator": 2},
        {"group": {"department": "c"}, "numerator": 0, "denominator": 0},
        {"group": {"department": "d"}, "numerator": 0.1 + 0.2, "denominator": 0},
    ]
    assert answered({"group_by": ["department"], "rows": rows}) == {("b",): (1, 2), ("d",): (0.3, 0)}
