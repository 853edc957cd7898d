"""挂账 and 延期: asked by the lead, granted or refused by the dispatcher; what stands still, what is promised anew."""

from datetime import timedelta

from services.contracts.directory import Limit
from tests.unit.routing.street import actor, hours
from tests.unit.routing.town import Life, handling, made, replied, town

ROADS = actor("department", "roads")


def test_a_hold_stops_the_clocks_that_the_policy_says_and_no_other() -> None:
    life = handling()
    decision = life.do("hold", "dispatcher", at=10, reason="等材料", until=hours(30))
    assert (made(decision), life.summary.state) == ([("held", "housing")], "on_hold")
    assert (life.summary.due_at, life.summary.inner_due_at) == (hours(120), hours(80))
    assert (life.summary.first_due_at, life.clock("close").due_at) == (hours(100), hours(200))
    assert life.clock("reply").next_at is None
    assert life.clock("hold").due_at == hours(30)


def test_what_was_left_of_a_clock_goes_on_when_the_case_does() -> None:
    life = handling()
    life.do("hold", "dispatcher", at=10, reason="r", until=hours(30))
    decision = life.do("resume", "department", at=15)
    assert (made(decision), life.summary.state) == ([("resumed", "housing")], "handling")
    assert (life.summary.due_at, life.summary.inner_due_at, life.clock("reply").next_at) == (
        hours(105),
        hours(65),
        hours(105),
    )
    assert life.clock("hold").ended_at == hours(15)
    assert "hold" not in [one.clock for one in life.due(hours(500))]


def test_a_clock_that_was_due_when_the_hold_began_does_not_move() -> None:
    life = handling()
    life.do("hold", "dispatcher", at=70, reason="r", until=hours(90))
    assert (life.summary.inner_due_at, life.summary.due_at) == (hours(60), hours(120))
    life.do("resume", "dispatcher", at=80)
    assert (life.summary.inner_due_at, life.summary.due_at) == (hours(60), hours(110))


def test_a_hold_that_is_over_ends_by_itself_at_its_time() -> None:
    life = handling()
    life.do("hold", "dispatcher", at=10, reason="r", until=hours(30))
    (decision,) = life.marks("hold", now=hours(31))
    assert (decision.action, decision.at, decision.details.reason) == ("resume", hours(30), "挂账期满")
    assert (life.summary.state, life.summary.due_at) == ("handling", hours(120))


def test_a_hold_stops_the_clocks_of_assistants_and_summons_where_the_policy_says_so() -> None:
    life = handling(town(stopped_by_hold=["assist", "report"]))
    life.do("assist", "dispatcher", at=5, department="roads")
    life.do("whistle", "dispatcher", at=9, departments=("roads", "parks"), reason="r")
    (task,), summons = life.summary.tasks, life.case.summons[0].version
    life.do("hold", "dispatcher", at=10, reason="r", until=hours(30))
    assert (life.clock(f"assist/{task.id}").due_at, life.clock(f"report/{summons}").due_at) == (hours(45), hours(31))
    assert life.summary.due_at == hours(100)
    assert (life.summary.tasks[0].due_at, life.summary.tasks[0].first_due_at) == (hours(45), hours(25))
    life.do("resume", "dispatcher", at=20)
    assert (life.clock(f"assist/{task.id}").due_at, life.clock(f"report/{summons}").due_at) == (hours(35), hours(21))
    assert life.summary.tasks[0].due_at == hours(35)


def test_a_second_hold_stops_what_the_first_left() -> None:
    life = handling()
    for begin in (10, 20):
        life.do("hold", "dispatcher", at=begin, reason="r", until=hours(90))
        life.do("resume", "department", at=begin + 5)
    assert life.summary.due_at == hours(110)


def test_a_granted_extension_is_a_new_promise_beside_the_first() -> None:
    life = handling()
    decision = life.do("extend", "dispatcher", at=50, reason="r", until=hours(150))
    assert made(decision) == [("extended", "housing")]
    summary = life.summary
    assert (summary.due_at, summary.first_due_at, summary.extended, summary.state) == (
        hours(150),
        hours(100),
        1,
        "handling",
    )
    life.do("extend", "dispatcher", at=51, reason="r", until=hours(151))
    assert (life.summary.due_at, life.summary.first_due_at, life.summary.extended) == (hours(151), hours(100), 2)


def test_an_extension_is_later_and_not_too_long() -> None:
    life = handling(town(longest_extension=Limit(hours=24)))
    assert life.code("extend", "dispatcher", reason="r", until=hours(100)) == "not_later"
    assert life.code("extend", "dispatcher", reason="r", until=hours(124) + timedelta(seconds=1)) == "too_long"
    life.do("extend", "dispatcher", reason="r", until=hours(124))
    assert life.code("extend", "dispatcher", reason="r", until=hours(148)) == "applied"
    assert handling().code("extend", "dispatcher", reason="r", until=hours(9000)) == "applied"


def test_an_extension_while_it_is_held_is_due_then_if_it_goes_on_as_foreseen() -> None:
    life = handling()
    life.do("hold", "dispatcher", at=10, reason="r", until=hours(30))
    life.do("extend", "dispatcher", at=12, reason="r", until=hours(150))
    assert (life.summary.state, life.summary.due_at) == ("on_hold", hours(150))
    life.marks("hold")
    assert life.summary.due_at == hours(150)


def test_a_redo_has_its_own_time_and_may_be_extended() -> None:
    life = replied()
    life.do("redo", "supervisor", at=200, reason="r")
    assert (life.summary.due_at, life.summary.first_due_at) == (hours(230), hours(100))
    assert life.code("extend", "dispatcher", reason="r", until=hours(230)) == "not_later"
    life.do("extend", "dispatcher", reason="r", until=hours(240))
    assert (life.summary.due_at, life.summary.state) == (hours(240), "redo")


def test_the_lead_asks_and_is_answered() -> None:
    life = handling()
    assert made(life.do("ask_hold", "department", reason="等材料", until=hours(30))) == [("hold_requested", "housing")]
    assert made(life.do("refuse_hold", "dispatcher", reason="不必")) == [("hold_refused", "housing")]
    asked = life.do("ask_extend", "department", reason="等材料", until=hours(150))
    assert made(asked) == [("extension_requested", "housing")]
    assert made(life.do("refuse_extend", "dispatcher", reason="不必")) == [("extension_refused", "housing")]
    assert (life.summary.state, life.summary.due_at, life.case.pending) == ("handling", hours(100), {})
    assert life.code("ask_hold", ROADS, reason="r", until=hours(30)) == "not_authorized"


def test_on_a_channel_whose_source_grants_the_dispatcher_does_not() -> None:
    life = Life(channel="hotline")
    life.do("sign", "department")
    life.do("handle", "department")
    assert life.code("hold", "dispatcher") == "not_authorized"
    assert life.code("hold", "source") == "applied"
