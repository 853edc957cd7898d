"""签收, 退单, 先行联系: in time or not is said of the dispatch that they answer, in its hour."""

from typing import Any

import pytest

from services.contracts.cases import Occurrence
from services.contracts.directory import Limit, Policy
from tests.unit.routing.street import actor, hours
from tests.unit.routing.town import Life, handling, made, signed, town

ROADS = actor("department", "roads")
UNTIMED = town(limits={"close": Limit(hours=9)})


def at(added: tuple[Occurrence, ...]) -> dict[str, object]:
    return {one.kind: one.at for one in added}


def test_a_signature_in_time_is_counted_in_the_hour_of_the_dispatch() -> None:
    life = Life(category=None)
    life.do("dispatch", "dispatcher", at=3, department="housing")
    decision = life.do("sign", "department", at=7)
    assert at(decision.added) == {"signed": hours(7), "signed_on_time": hours(3)}
    assert [one.dims.department for one in decision.added] == ["housing", "housing"]
    assert (life.summary.signed_at, life.summary.state) == (hours(7), "signed")
    assert life.clock("sign").ended_at == hours(7)


def test_a_late_signature_is_one_but_not_in_time() -> None:
    life = Life()
    assert made(life.do("sign", "department", at=4.01)) == [("signed", "housing")]


def test_without_a_clock_nothing_is_in_time() -> None:
    life = Life(UNTIMED)
    assert made(life.do("sign", "department")) == [("signed", "housing")]
    assert made(life.do("contact", "department", reached=True)) == [("contacted_first", "housing")]


def test_the_first_signature_stays_the_case_s_and_each_dispatch_has_its_own_in_time() -> None:
    life = signed()
    life.do("return", "department", at=2, reason="r")
    life.do("dispatch", "dispatcher", at=10, department="roads")
    assert life.clock("sign").due_at == hours(14)
    decision = life.do("sign", ROADS, at=14)
    assert at(decision.added) == {"signed": hours(14), "signed_on_time": hours(10)}
    assert life.summary.signed_at == hours(1)


def test_a_clock_of_an_earlier_dispatch_says_nothing_of_a_later_one() -> None:
    timed = Policy(name="房管", department="housing", limits={"sign": Limit(hours=90), "contact": Limit(hours=90)})
    windowed = Policy(name="房管二", department="housing", urgency="normal", limits={"return": Limit(hours=3)})
    life = signed(town(timed, windowed, limits={}))
    life.do("return", "department", at=2, reason="r")
    life.do("dispatch", "dispatcher", at=5, department="roads")
    assert made(life.do("sign", ROADS, at=6)) == [("signed", "roads")]
    assert made(life.do("contact", ROADS, at=6, reached=True)) == [("contacted_first", "roads")]
    assert life.code("return", ROADS, at=50, reason="r") == "applied"


def test_only_the_first_contact_of_a_dispatch_that_reached_somebody_counts() -> None:
    life = signed()
    assert made(life.do("contact", "department", at=2, reached=False)) == []
    assert life.clock("contact").ended_at is None
    decision = life.do("contact", "department", at=3, reached=True)
    assert at(decision.added) == {"contacted_first": hours(3), "contacted_on_time": hours(0)}
    assert life.clock("contact").ended_at == hours(3)
    assert made(life.do("contact", "department", at=4, reached=True)) == []
    assert life.summary.state == "signed"
    life.do("return", "department", at=5, reason="r")
    life.do("dispatch", "dispatcher", at=6, department="roads")
    assert at(life.do("contact", ROADS, at=14, reached=True).added) == {
        "contacted_first": hours(14),
        "contacted_on_time": hours(6),
    }


def test_a_contact_that_comes_late_is_the_first_but_not_in_time() -> None:
    life = handling()
    assert made(life.do("contact", "department", at=8.1, reached=True)) == [("contacted_first", "housing")]


def test_what_is_too_late_to_return_is_kept() -> None:
    life = signed()
    assert life.clock("return").due_at == hours(16)
    assert life.code("return", "department", at=16.1, reason="r") == "too_late"
    assert life.code("return", "department", at=16, reason="r") == "applied"
    assert signed(UNTIMED).code("return", "department", at=1000, reason="r") == "applied"


def test_a_granted_return_counts_with_the_next_dispatch_to_another() -> None:
    life = signed()
    assert made(life.do("return", "department", reason="r")) == [("return_requested", "housing")]
    assert (life.summary.state, life.summary.returns, life.summary.dispatches) == ("return_requested", 0, 1)
    life.do("dispatch", "dispatcher", department="roads")
    assert (life.summary.state, life.summary.returns, life.summary.dispatches) == ("dispatched", 1, 2)
    life.do("return", ROADS, reason="r")
    life.do("dispatch", "dispatcher", department="roads")
    assert (life.summary.returns, life.summary.dispatches) == (1, 3)


@pytest.mark.parametrize("named", [None, "housing"])
def test_a_refused_return_leaves_it_signed_with_whom_it_was(named: str | None) -> None:
    life = Life()
    life.do("return", "department", reason="r")
    said: dict[str, Any] = {"reason": "r"} | ({"department": named} if named else {})
    assert made(life.do("refuse_return", "dispatcher", **said)) == [("return_refused", "housing")]
    assert (life.summary.state, life.case.department, life.summary.signed_at) == ("signed", "housing", None)


def test_the_return_of_one_who_has_no_task_is_not_refused() -> None:
    life = Life()
    life.do("return", "department", reason="r")
    assert life.code("refuse_return", "dispatcher", department="parks", reason="r") == "no_task"
