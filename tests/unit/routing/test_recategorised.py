"""改类: the case counts under the other category, and what that gives another time for counts from where it began."""

from datetime import timedelta

import pytest

from services.contracts.directory import Limit, Policy
from services.routing.domain.rules import Rules
from tests.unit.routing.street import T0, actor, hours
from tests.unit.routing.town import Life, closed, handling, made, replied, town

NOISE = Policy(
    name="noise", category="noise", limits={"reply": Limit(hours=24), "inner": Limit(hours=20), "sign": Limit(hours=2)}
)
RULES = town(NOISE)


def test_the_case_counts_under_the_other_and_is_due_from_its_reception() -> None:
    life = handling(RULES)
    assert life.summary.due_at == hours(100)
    told = life.do("recategorise", "dispatcher", category="noise", reason="类别有误")
    assert made(told) == [("recategorised", "housing")]
    assert told.added[0].dims.category == life.summary.dims.category == "noise"
    assert (life.summary.due_at, life.summary.inner_due_at) == (hours(24), hours(20))
    assert life.summary.first_due_at == hours(100), "what was promised first stays"
    assert life.summary.state == "handling"


def test_before_anybody_has_it_the_promise_is_made_anew() -> None:
    life = Life(RULES, category=None)
    life.do("accept", "dispatcher", category="noise")
    life.do("recategorise", "dispatcher", category="leak", reason="r")
    assert (life.summary.due_at, life.summary.first_due_at) == (hours(100), hours(100))
    assert life.summary.dims.department == "housing", "and it goes to whom that category goes"


def test_a_dispatch_with_a_category_is_of_that_category_at_once() -> None:
    life = Life(RULES, category=None)
    assert life.summary.due_at == hours(168)
    told = life.do("dispatch", "dispatcher", department="roads", category="noise")
    assert made(told) == [("dispatched", "roads"), ("recategorised", "roads")]
    assert (life.summary.dims.category, life.summary.due_at, life.summary.first_due_at) == (
        "noise", hours(24), hours(24),
    )  # fmt: skip
    assert life.clock("sign").due_at == hours(1 + 2)


def test_a_transfer_with_a_category_moves_what_that_category_says() -> None:
    life = Life(RULES)
    life.do("dispatch", "dispatcher", department="roads", category="noise")
    assert (life.summary.due_at, life.summary.first_due_at) == (hours(24), hours(100))
    again = life.do("dispatch", "dispatcher", department="parks", category="noise")
    assert made(again) == [("dispatched", "parks")], "the same again is no other"


@pytest.mark.parametrize("action", ["recategorise", "dispatch"])
def test_a_category_that_nobody_knows_is_refused(action: str) -> None:
    life = Life(RULES)
    more = {"reason": "r"} if action == "recategorise" else {"department": "roads"}
    assert life.code(action, "dispatcher", category="what", **more) == "unknown_category"  # type: ignore[arg-type]
    assert life.code("recategorise", "dispatcher", category="leak", reason="r") == "same_category"


def test_only_the_dispatcher_and_only_an_open_case() -> None:
    assert Life(RULES).code("recategorise", "department", category="noise", reason="r") == "not_authorized"
    assert closed(RULES).code("recategorise", "dispatcher", category="noise", reason="r") == "not_allowed"
    assert Life(RULES, category=None).code("recategorise", "dispatcher", category="noise", reason="r") == "not_allowed"


def test_what_the_source_or_an_extension_gave_stays() -> None:
    life = handling(RULES, source_due_at=hours(300))
    life.do("recategorise", "dispatcher", category="noise", reason="r")
    assert life.summary.due_at == hours(300)
    life = handling(RULES)
    life.do("extend", "dispatcher", until=hours(130), reason="r")
    life.do("recategorise", "dispatcher", category="noise", reason="r")
    assert life.summary.due_at == hours(130)


def test_a_reply_that_was_given_is_judged_by_the_time_it_was_given_for() -> None:
    life = replied(RULES)
    life.do("recategorise", "dispatcher", at=50, category="noise", reason="r")
    assert life.summary.due_at == hours(100)
    assert life.clock("reply").ended_at == hours(3)


def test_the_time_that_it_stood_still_comes_on_top() -> None:
    life = handling(RULES)
    life.do("hold", "dispatcher", at=5, until=hours(15), reason="r")
    life.do("recategorise", "dispatcher", at=6, category="noise", reason="r")
    assert life.summary.due_at == hours(24 + 10)
    life.do("resume", "department", at=9)
    assert life.summary.due_at == hours(24 + 4)


def test_a_clock_that_only_the_other_category_has_begins_with_the_case_and_stands_still_with_it() -> None:
    rules = town(NOISE, limits={"redo": Limit(hours=30)}, stopped_by_hold=["reply", "inner"])
    life = handling(rules)
    assert "inner" not in life.case.clocks
    life.do("hold", "dispatcher", at=5, until=hours(15), reason="r")
    life.do("recategorise", "dispatcher", at=6, category="noise", reason="r")
    assert life.clock("inner").due_at == hours(20 + 10)
    assert life.clock("inner").stopped_at == hours(5)


def test_after_a_redo_the_other_s_time_counts_from_the_redo() -> None:
    quick = Policy(name="quick", category="noise", limits={"reply": Limit(hours=24), "redo": Limit(hours=6)})
    life = closed(town(quick))
    life.do("redo", "dispatcher", at=10)
    assert life.summary.due_at == hours(10 + 30)
    life.do("recategorise", "dispatcher", at=11, category="noise", reason="r")
    assert life.summary.due_at == hours(10 + 6)


def test_policies_that_changed_meanwhile_change_nothing_by_it() -> None:
    life = handling(RULES)
    life.rules = changed()
    life.do("recategorise", "dispatcher", category="sewer", reason="r")
    assert life.summary.due_at == T0 + timedelta(hours=100), "today both have the same"


def changed() -> Rules:
    general = Policy(name="general", limits={"reply": Limit(hours=77)})
    leak = Policy(name="leak", category="leak", limits={"reply": Limit(hours=77)})
    return town(general, leak, Policy(name="sewer", category="sewer", limits={"reply": Limit(hours=77)}))


def test_a_department_is_not_asked() -> None:
    life = Life(RULES)
    assert life.code("dispatch", actor("department"), department="roads", category="noise") == "not_authorized"
