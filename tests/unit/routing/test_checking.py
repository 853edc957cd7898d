"""核查, 审核退回, 办结, 重办, 自办: what a reply becomes."""

import pytest

from tests.unit.routing.street import actor, hours
from tests.unit.routing.town import Life, closed, handling, made, replied, signed, town

ROADS = actor("department", "roads")


def test_a_reply_ends_the_lead_s_clocks_and_stands() -> None:
    life = handling()
    decision = life.do("reply", "department", at=9, text="已修好", solved=True)
    assert (made(decision), decision.added[0].solved) == ([("replied", "housing")], None)
    for name in ("reply", "inner", "contact"):
        assert life.clock(name).ended_at == hours(9)
    assert (life.clock("sign").ended_at, life.clock("close").ended_at) == (hours(1), None)
    summary = life.summary
    assert (summary.replied_at, summary.first_replied_at, summary.resolved) == (hours(9), hours(9), None)
    assert life.case.standing_reply == "已修好"


def test_a_mediation_s_reply_says_whether_it_was_resolved() -> None:
    life = signed(channel="mediation")
    decision = life.do("reply", "department", text="达成协议", solved=True)
    assert (decision.added[0].solved, life.summary.resolved) == (True, True)
    life.do("redo", "source", reason="r")
    life.do("handle", "department")
    assert life.do("reply", "department", text="再谈").added[0].solved is None
    assert life.summary.resolved is True


def test_the_dispatcher_replies_directly_before_anybody_leads_and_the_lead_after() -> None:
    life = Life(category="noise")
    assert life.summary.state == "accepted"
    assert life.code("reply", actor("department")) == "not_authorized"
    decision = life.do("reply", "dispatcher", text="直接答复")
    assert (made(decision), life.summary.state) == ([("replied", None)], "replied")
    assert handling().code("reply", "dispatcher") == "not_authorized"


def test_a_reply_sent_back_is_no_redo_and_stands() -> None:
    life = replied()
    decision = life.do("send_back", "dispatcher", at=8, reason="不完整")
    assert (made(decision), life.summary.state) == ([("sent_back", "housing")], "handling")
    summary = life.summary
    assert (summary.replied_at, summary.redos, summary.due_at) == (hours(3), 0, hours(100))
    assert (life.clock("reply").ended_at, life.clock("inner").ended_at) == (None, None)
    assert life.clock("reply").next_at == hours(100)
    life.do("reply", "department", at=9)
    assert (life.summary.replied_at, life.summary.first_replied_at) == (hours(9), hours(3))
    assert life.clock("reply").ended_at == hours(9)


def test_a_passed_verification_closes() -> None:
    life = replied()
    decision = life.do("verify", "source", at=8, passed=True)
    assert (made(decision), life.summary.state) == ([("verified", "housing"), ("closed", "housing")], "closed")
    summary = life.summary
    assert (summary.closed_at, summary.verifications, summary.verifications_failed) == (hours(8), 1, 0)
    assert life.clock("archive").due_at == hours(8 + 14 * 24)


def test_a_failed_verification_is_a_redo_by_name_of_state_alone() -> None:
    life = replied()
    decision = life.do("verify", "dispatcher", at=8, passed=False)
    assert made(decision) == [("verified", "housing"), ("verification_failed", "housing")]
    summary = life.summary
    assert (summary.state, summary.redos, summary.verifications, summary.verifications_failed) == ("redo", 0, 1, 1)
    assert (summary.due_at, summary.first_due_at, summary.closed_at) == (hours(38), hours(100), None)
    assert summary.replied_at == hours(3)
    assert life.clock("close").due_at == hours(208)


def test_closing_ends_every_clock_and_opens_the_archive_s_window() -> None:
    life = replied(town(archive_after_days=3))
    decision = life.do("close", "source", at=8)
    assert (made(decision), life.summary.state, life.summary.closed_at) == ([("closed", "housing")], "closed", hours(8))
    assert all(clock.ended_at is not None for key, clock in life.case.clocks.items() if key != "archive")
    assert (life.clock("archive").due_at, life.case.next_mark) == (hours(80), hours(80))


@pytest.mark.parametrize("rated", [False, True])
def test_a_redo_takes_back_what_belongs_to_the_closing(rated: bool) -> None:
    life = closed()
    life.do("follow_up", "followup", contacted=True, solved=True)
    if rated:
        life.do("rate", "source", grade=2)
    decision = life.do("redo", "followup", at=50, reason="没修好")
    assert (made(decision), life.summary.state) == ([("redone", "housing")], "redo")
    summary = life.summary
    assert (summary.closed_at, summary.follow_up, summary.evaluation, summary.redos) == (None, None, None, 1)
    assert (summary.first_evaluation is not None) is rated
    assert (summary.replied_at, summary.due_at, summary.inner_due_at) == (hours(3), hours(80), hours(80))
    assert (life.clock("archive").ended_at, life.clock("close").due_at) == (hours(50), hours(250))
    assert life.clock("reply").next_at == hours(80)


def test_a_redo_has_the_reply_s_time_where_it_has_none_of_its_own() -> None:
    life = closed(town(limits={}))
    life.do("redo", "source", at=50, reason="r")
    assert life.summary.due_at == hours(150)


def test_who_handles_on_the_spot_is_accepted_replied_and_closed_at_once() -> None:
    life = Life(category="noise")
    assert life.code("self_handle", "source", at=2) == "applied"
    decision = life.do("self_handle", "source", at=2, evidence=("photo",))
    assert made(decision) == [("self_handled", None), ("replied", None), ("closed", None)]
    assert [one.at for one in decision.added] == [hours(2)] * 3
    summary = life.summary
    assert (summary.state, summary.self_handled, summary.accepted) == ("closed", True, True)
    assert (summary.replied_at, summary.first_replied_at, summary.closed_at) == (hours(2),) * 3
    assert (life.clock("reply").ended_at, life.clock("archive").ended_at) == (hours(2), None)


def test_what_is_handled_on_the_spot_is_nobody_s_and_assistants_are_released() -> None:
    life = Life()
    life.do("assist", "dispatcher", department="roads")
    life.do("assist", "dispatcher", department="parks")
    life.do("sign", ROADS)
    decision = life.do("self_handle", "source", at=6, evidence=("photo",))
    assert made(decision) == [
        ("released", "roads"), ("released", "parks"), ("self_handled", None), ("replied", None), ("closed", None),
    ]  # fmt: skip
    assert ({task.state for task in life.summary.tasks}, life.case.department) == ({"released"}, None)
    assert all(clock.ended_at == hours(6) for key, clock in life.case.clocks.items() if key.startswith("assist/"))
    assert life.code("reply", ROADS) == "not_allowed"


def test_by_default_nobody_handles_on_the_spot() -> None:
    life = Life(channel="mediation")
    for who in ("source", "department", "dispatcher", "supervisor"):
        assert life.code("self_handle", who) == "not_authorized"
