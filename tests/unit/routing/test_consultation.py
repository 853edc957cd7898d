"""会商 and 鸣哨: several are asked what they think, several are called to the matter."""

from tests.unit.routing.street import actor, hours
from tests.unit.routing.town import Life, handling, made, town

HOUSING, ROADS, PARKS = (actor("department", name) for name in ("housing", "roads", "parks"))


def consulted() -> Life:
    life = Life(category=None)
    life.do("consult", "dispatcher", at=2, parties=("roads", "居委会"), reason="归谁管")
    return life


def test_a_consultation_asks_the_parties_until_its_deadline() -> None:
    life = Life(category=None)
    decision = life.do("consult", "dispatcher", at=2, parties=("roads", "居委会"), reason="归谁管")
    assert (made(decision), life.summary.state) == ([("consulted", None)], "received")
    assert life.case.consultation is not None
    assert (life.case.consultation.parties, life.case.consultation.at) == (("roads", "居委会"), hours(2))
    assert life.clock("opine").due_at == hours(50)
    assert "roads" in life.case.departments
    assert life.code("consult", "dispatcher", parties=("parks",), reason="r") == "consultation_open"


def test_a_consultation_s_own_deadline_comes_before_the_policy_s() -> None:
    life = Life(category=None)
    life.do("consult", "dispatcher", parties=("roads",), reason="r", until=hours(9))
    assert life.clock("opine").due_at == hours(9)
    life = Life(town(limits={}), category=None)
    life.do("consult", "dispatcher", parties=("roads",), reason="r")
    assert "opine" not in life.case.clocks


def test_a_department_speaks_for_itself_and_others_for_the_party_they_name() -> None:
    life = consulted()
    assert made(life.do("opine", ROADS, text="归我")) == [("opined", None)]
    assert life.clock("opine").ended_at is None
    assert made(life.do("opine", "followup", text="同意", party="居委会")) == [("opined", None)]
    assert life.clock("opine").ended_at is not None, "all have spoken"
    life.do("opine", ROADS, text="再说一句")
    assert life.case.consultation is not None
    assert life.case.consultation.spoken == ("roads", "居委会", "roads")
    assert life.code("opine", PARKS, text="x") == "not_consulted"
    assert life.code("opine", PARKS, text="x", party="roads") == "unused_field"
    assert life.code("opine", "dispatcher", text="x") == "not_consulted"
    assert life.code("opine", "supervisor", text="x", party="parks") == "not_consulted"
    assert life.code("opine", "source", text="x", party="roads") == "not_authorized"


def test_a_consultation_ends_without_or_with_a_dispatch() -> None:
    life = consulted()
    assert made(life.do("conclude", "dispatcher", at=9, reason="r")) == [("concluded", None)]
    assert (life.case.consultation, life.clock("opine").ended_at) == (None, hours(9))
    assert life.code("conclude", "dispatcher", reason="r") == "no_consultation"
    assert life.code("opine", ROADS, text="x") == "no_consultation"
    life.do("consult", "dispatcher", at=10, parties=("parks",), reason="r")
    assert (life.clock("opine").ended_at, life.clock("opine").due_at) == (None, hours(58))
    decision = life.do("dispatch", "dispatcher", at=11, department="roads", departments=("parks",))
    assert made(decision) == [("dispatched", "roads"), ("assisted", "parks"), ("concluded", "roads")]
    assert (life.case.consultation, life.clock("opine").ended_at) == (None, hours(11))


def test_a_summons_calls_departments_until_its_deadline() -> None:
    life = handling()
    decision = life.do("whistle", "dispatcher", at=3, departments=("roads", "parks"), reason="塌陷")
    assert (made(decision), life.summary.state) == ([("whistled", "housing")], "handling")
    (summons,) = life.case.summons
    assert (summons.version, summons.departments, summons.at) == (decision.version, ("roads", "parks"), hours(3))
    assert life.clock(f"report/{summons.version}").due_at == hours(5)
    for names, code in ((("roads", "nowhere"), "unknown_department"), (("old",), "closed_department")):
        assert life.code("whistle", "dispatcher", departments=names, reason="r") == code


def test_those_called_report_in_each_once_and_the_clock_ends_with_the_last() -> None:
    life = handling()
    life.do("whistle", "dispatcher", at=3, departments=("roads", "parks"), reason="r")
    clock = f"report/{life.case.version}"
    assert made(life.do("report_in", ROADS, at=4)) == [("reported_in", "roads")]
    assert life.clock(clock).ended_at is None
    assert life.code("report_in", ROADS) == "not_summoned"
    assert life.code("report_in", HOUSING) == "not_summoned"
    assert made(life.do("report_in", PARKS, at=4.5)) == [("reported_in", "parks")]
    assert life.clock(clock).ended_at == hours(4.5)
    assert life.case.summons[0].reported == {"roads": hours(4), "parks": hours(4.5)}


def test_the_newest_summons_is_answered_first() -> None:
    life = handling()
    for at in (3, 4):
        life.do("whistle", "dispatcher", at=at, departments=("roads",), reason="r", until=hours(40 + at))
    life.do("report_in", ROADS, at=5)
    assert [one.reported for one in life.case.summons] == [{}, {"roads": hours(5)}]
    first, second = (f"report/{one.version}" for one in life.case.summons)
    assert (life.clock(first).ended_at, life.clock(second).ended_at) == (None, hours(5))
    life.do("report_in", ROADS, at=6)
    assert life.clock(first).ended_at == hours(6)
    assert life.code("report_in", ROADS) == "not_summoned"


def test_who_was_asked_or_called_had_a_part_and_corrects_what_it_said() -> None:
    life = consulted()
    said = life.do("opine", ROADS, text="归我")
    life.do("conclude", "dispatcher", reason="r")
    assert life.code("correct", ROADS, corrects=said.action_id, text="不归我") == "not_correctable"
    assert life.code("correct", PARKS, corrects=said.action_id, text="不归我") == "not_authorized"
    life.do("dispatch", "dispatcher", department="housing")
    life.do("whistle", "dispatcher", departments=("parks",), reason="r")
    assert life.case.departments == ("roads", "居委会", "housing", "parks")
